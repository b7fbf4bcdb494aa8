package dev.tidemark.capture;

import dev.tidemark.schemas.Change;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Gives revisions their times, since etcd stores none: {@code capturedAt} is the wall clock, never running back within a
 * generation, and {@code notBefore} is when it was last known that the revision did not exist yet. Not thread-safe.
 */
final class Stamper {
    private final InstantSource clock;
    private final Deque<Proof> proofs = new ArrayDeque<>();
    private long lastCapturedAt;

    /** At {@code atMillis} no revision after {@code revision} existed. */
    private record Proof(long revision, long atMillis) {}

    /**
     * @param lastCapturedAt the generation's last capturedAt; 0 if it has none
     */
    Stamper(InstantSource clock, long lastCapturedAt) {
        this.clock = clock;
        this.lastCapturedAt = lastCapturedAt;
    }

    /** Notes that no revision after {@code revision} existed at that time; older news than is known is ignored. */
    void proven(long revision, long atMillis) {
        Proof newest = proofs.peekLast();
        if (newest != null && (newest.revision > revision || newest.atMillis > atMillis)) {
            return;
        }
        if (newest != null && newest.revision == revision) {
            proofs.removeLast();
        }
        proofs.addLast(new Proof(revision, atMillis));
    }

    /** What the clock says, not before any time given out so far. */
    long now() {
        lastCapturedAt = Math.max(lastCapturedAt, clock.millis());
        return lastCapturedAt;
    }

    /** The same changes with their times; they arrived just now, together. */
    List<Change> stamp(List<Change> changes) {
        long capturedAt = now();
        List<Change> stamped = new ArrayList<>(changes.size());
        for (Change change : changes) {
            stamped.add(change.withTimes(capturedAt, Math.min(capturedAt, notBefore(change.main()))));
        }
        proven(changes.get(changes.size() - 1).main(), capturedAt);
        return stamped;
    }

    /** When it was last known that a revision did not exist; 0 if never. Revisions are asked for in ascending order. */
    private long notBefore(long main) {
        Proof best = null;
        while (!proofs.isEmpty() && proofs.peekFirst().revision < main) {
            best = proofs.removeFirst();
        }
        if (best == null) {
            return 0;
        }
        proofs.addFirst(best);
        return best.atMillis;
    }
}
