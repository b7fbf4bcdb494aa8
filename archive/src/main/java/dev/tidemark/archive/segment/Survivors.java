package dev.tidemark.archive.segment;

import java.util.List;
import java.util.Optional;
import org.roaringbitmap.RoaringBitmap;

/** Finds which records are a key's state at a revision, by merging key indexes. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Survivors {
    private Survivors() {}

    /**
     * One segment's part in a merge.
     *
     * @param segment the segment
     * @param live which of its records count; empty: all up to the target
     * @param liveAt the revision for which {@code live} was worked out: the last one of the base or of the
     *     <em>whole</em> checkpoint, not of the segment
     * @param base whether {@code live} is a base's, which forgot tombstones and holds for no earlier revision
     */
    public record Input(Segment segment, Optional<RoaringBitmap> live, long liveAt, boolean base) {
        /** A member of a base at {@code revision}. */
        public static Input ofBase(Segment segment, RoaringBitmap live, long revision) {
            return new Input(segment, Optional.of(live), revision, true);
        }

        /**
         * A member of a checkpoint that ends with {@code last}; where the target is before that, its live set says
         * nothing and all entries up to the target count.
         */
        public static Input ofCheckpoint(Segment segment, RoaringBitmap live, long last) {
            return new Input(segment, Optional.of(live), last, false);
        }

        /** A segment without a live set, such as the tail's. */
        public static Input raw(Segment segment) {
            return new Input(segment, Optional.empty(), 0, false);
        }
    }

    /**
     * The ordinals of the records that are their key's state at {@code target}, one bitmap for each input.
     *
     * @param target a main revision; newer entries are ignored
     * @param inputs in revision order, without overlap
     * @throws IllegalArgumentException if inputs overlap, or a base is newer than the target
     */
    public static List<RoaringBitmap> at(long target, Tombstones tombstones, List<Input> inputs) {
        throw new UnsupportedOperationException();
    }
}
