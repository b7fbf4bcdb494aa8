package dev.tidemark.archive.segment;

import dev.tidemark.schemas.avro.ArchivePolicy;

/**
 * How large the parts of a segment may become.
 *
 * @param blockBytes bytes before compression after which a data block is closed
 * @param segmentBytes encoded bytes (and bytes of all keys) that a segment should not exceed
 * @param segmentRecords records that a segment may hold
 * @param indexBlockEntries entries that a block of the key index may hold
 */
public record SegmentLimits(int blockBytes, long segmentBytes, int segmentRecords, int indexBlockEntries) {
    /** What new generations are opened with. */
    public static final SegmentLimits DEFAULT = new SegmentLimits(64 << 10, 64L << 20, 1 << 18, 256);

    public SegmentLimits {
        if (blockBytes < 1 || segmentBytes < 1 || segmentRecords < 1 || indexBlockEntries < 1) {
            throw new IllegalArgumentException("limits of a segment are at least 1, not " + blockBytes + ", "
                    + segmentBytes + ", " + segmentRecords + ", " + indexBlockEntries);
        }
        if (blockBytes > 1 << 28 || segmentBytes > 1 << 30 || segmentRecords > 1 << 24) {
            throw new IllegalArgumentException(
                    "limits of a segment are too large: " + blockBytes + ", " + segmentBytes + ", " + segmentRecords);
        }
    }

    /** The limits that a generation was opened with. */
    public static SegmentLimits of(ArchivePolicy policy) {
        return new SegmentLimits(
                policy.getBlockBytes(),
                policy.getSegmentBytes(),
                policy.getSegmentRecords(),
                policy.getIndexBlockEntries());
    }
}
