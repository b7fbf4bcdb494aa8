package dev.tidemark.archive.segment;

import org.roaringbitmap.RoaringBitmap;

/**
 * How much room some records of a segment take.
 *
 * @param records how many they are
 * @param bytes about how many bytes of the data file they are
 * @param keyBytes about how many bytes their keys have
 */
public record LiveSize(long records, long bytes, long keyBytes) {
    static LiveSize of(IndexTables tables, RoaringBitmap live) {
        BlockTable table = tables.blocks();
        double bytes = 0;
        for (int block = 0; block < table.blocks(); block++) {
            long first = table.firstOrdinal(block);
            long end = table.endOrdinal(block);
            long wanted = live.rangeCardinality(first, end);
            if (wanted > 0) {
                bytes += (double) table.length(block) * wanted / (end - first);
            }
        }
        long records = live.getLongCardinality();
        return new LiveSize(records, Math.round(bytes), records * tables.keys().meanKeyBytes());
    }

    /** The share of a full segment that they fill: 1 and more if they fill one or more. */
    public double fullness(SegmentLimits limits) {
        double most = Math.max((double) bytes / limits.segmentBytes(), (double) keyBytes / limits.segmentBytes());
        return Math.max(most, (double) records / limits.segmentRecords());
    }
}
