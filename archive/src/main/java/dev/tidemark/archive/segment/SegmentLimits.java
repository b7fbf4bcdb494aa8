package dev.tidemark.archive.segment;

import dev.tidemark.schemas.avro.ArchivePolicy;
import dev.tidemark.schemas.avro.LevelPolicy;
import java.time.Duration;
import java.util.List;

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

    /** From level 1 on: five minutes, an hour, a day. */
    private static final List<LevelPolicy> LEVELS = List.of(
            new LevelPolicy(10, Duration.ofMinutes(5).toMillis()),
            new LevelPolicy(12, Duration.ofHours(1).toMillis()),
            new LevelPolicy(24, Duration.ofDays(1).toMillis()));

    private static final long IDLE_MILLIS = Duration.ofMinutes(5).toMillis();

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

    /**
     * The policy of a generation that is opened with these limits, and with this version's levels.
     *
     * @param catalogFanout rows or pages that are gathered into one catalog page
     */
    public ArchivePolicy policy(int catalogFanout) {
        return policy(catalogFanout, LEVELS);
    }

    /** The same with other levels. */
    public ArchivePolicy policy(int catalogFanout, List<LevelPolicy> levels) {
        return new ArchivePolicy(
                blockBytes, segmentBytes, segmentRecords, indexBlockEntries, catalogFanout, levels, IDLE_MILLIS);
    }
}
