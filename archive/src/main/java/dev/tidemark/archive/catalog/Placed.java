package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.SegmentRef;
import org.roaringbitmap.RoaringBitmap;

/**
 * A segment in the archive that a merged checkpoint or base will name. Nobody may change {@code live}.
 *
 * @param ref the segment
 * @param origin where it comes from
 * @param live the records that survive
 */
public record Placed(SegmentRef ref, Origin origin, RoaringBitmap live) {
    /** Where a segment comes from. */
    public enum Origin {
        /** It stood there already. */
        KEPT,
        /** It was written for the merge. */
        WRITTEN
    }

    /** A segment that stood there already. */
    public static Placed kept(SegmentRef ref, RoaringBitmap live) {
        return new Placed(ref, Origin.KEPT, live);
    }

    /** A segment that was written for the merge, all of whose records survive. */
    static Placed written(SegmentRef ref) {
        RoaringBitmap all = new RoaringBitmap();
        all.add(0L, ref.getRecords());
        return new Placed(ref, Origin.WRITTEN, all);
    }
}
