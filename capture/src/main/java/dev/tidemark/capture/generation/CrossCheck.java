package dev.tidemark.capture.generation;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.schemas.Failure;
import java.util.HashMap;
import java.util.Map;

/**
 * Compares the revisions that came both by the watch and in the snapshot: for free, two ways out of the source, perhaps
 * two members of it, are shown to say the same. Remembers a bounded number of revisions. Thread-safe.
 */
final class CrossCheck {
    private static final int REMEMBERED = 65_536;

    private final Map<Long, Long> waiting = new HashMap<>();
    private final Overlap overlap;
    private final long upTo;
    private long compared;
    private volatile long end;

    /**
     * @param overlap learns what the snapshot holds and it does not know yet: a generation's first connections have nothing
     *     else to compare
     * @param upTo the last revision that it may learn: what the watch still has to bring is not known yet
     */
    CrossCheck(Overlap overlap, long upTo) {
        this.overlap = overlap;
        this.upTo = upTo;
    }

    /** Takes the watch's number for a revision. */
    void watched(long main, long digest) {
        saw(main, digest);
    }

    /** Takes the snapshot's number for a revision. */
    void inSnapshot(long main, long digest) {
        if (main <= upTo) {
            overlap.learn(main, digest);
        }
        saw(main, digest);
    }

    /** The snapshot holds nothing after this revision. */
    void inSnapshotUpTo(long revision) {
        end = revision;
    }

    /** Whether nothing more can be compared once the watch has brought a revision. */
    boolean isOverAfter(long watched) {
        return end > 0 && watched >= end;
    }

    /** Takes one side's number for a revision; the other side's is compared when it comes. */
    private synchronized void saw(long main, long digest) {
        Long other = waiting.remove(main);
        if (other == null) {
            if (waiting.size() < REMEMBERED) {
                waiting.put(main, digest);
            }
            return;
        }
        compared++;
        if (other != digest) {
            throw new CaptureException(
                    Failure.VERIFICATION,
                    "revision " + main + " came by the watch and in the snapshot, and they differ",
                    "compare the members of the source with etcdctl endpoint hashkv: one of them may be corrupt");
        }
    }

    /** How many revisions were compared and found equal. */
    synchronized long compared() {
        return compared;
    }
}
