package dev.tidemark.archive.level;

import dev.tidemark.archive.segment.LiveSize;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentLimits;
import org.roaringbitmap.RoaringBitmap;

/**
 * A segment with the records that survive a merge.
 *
 * @param segment the segment
 * @param live the survivors, at least one
 * @param overlapping whether it begins before the end of the one before it, so that it cannot be named as it is
 */
record Piece(Segment segment, RoaringBitmap live, boolean overlapping) {
    Rewriting.Share share(SegmentLimits limits) {
        LiveSize size = segment.sizeOf(live);
        return new Rewriting.Share(
                segment.ref().getData().getBytes(), size.bytes(), size.fullness(limits), overlapping);
    }
}
