package dev.tidemark.archive.catalog;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.Optional;
import org.roaringbitmap.RoaringBitmap;

/**
 * A segment that a merged checkpoint or base will name: one that stands in the archive, or a new one. Nobody may change
 * {@code live}.
 *
 * @param ref the segment; of a new one its local summary
 * @param fresh the new one's files; empty for one that stands in the archive
 * @param live the records that survive
 */
public record Placed(SegmentRef ref, Optional<LocalSegment> fresh, RoaringBitmap live) {
    /** A segment that stands in the archive. */
    public static Placed kept(SegmentRef ref, RoaringBitmap live) {
        return new Placed(ref, Optional.empty(), live);
    }

    /** A segment on the local disk, all of whose records survive. */
    public static Placed written(LocalSegment segment) {
        RoaringBitmap all = new RoaringBitmap();
        all.add(0L, segment.records());
        return new Placed(segment.summary(), Optional.of(segment), all);
    }
}
