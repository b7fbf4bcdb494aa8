package dev.tidemark.capture.watch;

import java.util.function.LongPredicate;

/** Finds the source's compact revision by asking which revisions are gone. */
public final class CompactRevision {
    private final LongPredicate compacted;

    /**
     * @param compacted whether a revision lies below the member's compact revision
     */
    public CompactRevision(LongPredicate compacted) {
        this.compacted = compacted;
    }

    /**
     * The compact revision: the smallest one that is not below itself. One question if it hasn't moved, else as many as
     * the distance has binary digits.
     *
     * @param known a compact revision that was seen before; below 1 if none was
     * @param newest the source's newest revision
     * @return 0 if nothing was ever compacted
     */
    public long between(long known, long newest) {
        long low = Math.max(1, known);
        if (low >= newest || !compacted.test(low)) {
            return known < 1 ? 0 : known;
        }
        long high = newest;
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (compacted.test(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }
}
