package dev.tidemark.capture.watch;

import dev.tidemark.capture.generation.Position;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/** Finds where a watch begins: far enough back to compare what was captured, and above the source's compaction. */
final class WatchStart {
    /** No write has a smaller revision. */
    private static final long FIRST_WRITE = 2;

    private final LongPredicate compacted;

    /**
     * @param compacted whether a revision lies below the member's compact revision
     */
    WatchStart(LongPredicate compacted) {
        this.compacted = compacted;
    }

    /**
     * The first revision to watch: the first one that the position can compare, but above the compact revision C,
     * since a watch may deliver C itself in part. With nothing to compare it is the position itself, if it may be: etcd
     * proves no progress to a watch that begins in its future.
     *
     * @return empty if C lies beyond the position: what comes next is gone or may be incomplete
     */
    OptionalLong after(Position position) {
        return after(position.last(), position.firstKnown());
    }

    OptionalLong after(long last, OptionalLong firstKnown) {
        long wanted = Math.max(FIRST_WRITE, firstKnown.orElse(last));
        if (wanted <= FIRST_WRITE || !compacted.test(wanted - 1)) {
            return OptionalLong.of(wanted);
        }
        if (compacted.test(last)) {
            return OptionalLong.empty();
        }
        // C is the smallest revision that is not below it: wanted - 1 is, last is not.
        long below = wanted - 1;
        long notBelow = last;
        while (notBelow - below > 1) {
            long middle = below + (notBelow - below) / 2;
            if (compacted.test(middle)) {
                below = middle;
            } else {
                notBelow = middle;
            }
        }
        return OptionalLong.of(notBelow + 1);
    }
}
