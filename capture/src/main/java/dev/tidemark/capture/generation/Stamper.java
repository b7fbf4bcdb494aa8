package dev.tidemark.capture.generation;

import dev.tidemark.schemas.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Gives revisions their times, since etcd stores none. {@code capturedAt} is the latest that the clock may mean, never
 * running back within a generation: by then the revision surely existed. {@code notBefore} is the earliest that the clock
 * may have meant when the revision was last known not to exist. The source committed it between both, whatever the clock
 * did meanwhile. Not thread-safe.
 */
final class Stamper {
    private final WarpedClock clock;
    private final Deque<Proof> proofs = new ArrayDeque<>();
    private long lastCapturedAt;

    /** At that time no revision after {@code revision} existed. */
    private record Proof(long revision, WarpedClock.Reading at) {}

    /**
     * @param lastCapturedAt the generation's last capturedAt; 0 if it has none
     */
    Stamper(WarpedClock clock, long lastCapturedAt) {
        this.clock = clock;
        this.lastCapturedAt = lastCapturedAt;
    }

    /**
     * Notes that no revision after {@code revision} existed at that time; proofs are told in their order.
     *
     * @param at read before the source was asked
     */
    void proven(long revision, WarpedClock.Reading at) {
        Proof newest = proofs.peekLast();
        if (newest != null && newest.revision > revision) {
            return;
        }
        if (newest != null && newest.revision == revision) {
            proofs.removeLast();
        }
        proofs.addLast(new Proof(revision, at));
    }

    /** Notes the same as an earlier run of capture wrote it down. */
    void provenBefore(long revision, long atMillis) {
        WarpedClock.Reading now = clock.read();
        // What lies in our future was told by another clock than ours, and proves nothing by it.
        if (atMillis <= now.earliestMillis()) {
            proven(revision, new WarpedClock.Reading(atMillis, atMillis, now.nanos()));
        }
    }

    /** The same changes with their times; they arrived just now, together. */
    List<Change> stamp(List<Change> changes) {
        WarpedClock.Reading now = clock.read();
        lastCapturedAt = Math.max(lastCapturedAt, now.latestMillis());
        List<Change> stamped = new ArrayList<>(changes.size());
        for (Change change : changes) {
            stamped.add(change.withTimes(lastCapturedAt, notBefore(change.main(), now)));
        }
        return stamped;
    }

    /** When it was last known that a revision did not exist; 0 if never. Revisions are asked for in ascending order. */
    private long notBefore(long main, WarpedClock.Reading now) {
        Proof best = null;
        while (!proofs.isEmpty() && proofs.peekFirst().revision < main) {
            best = proofs.removeFirst();
        }
        if (best == null) {
            return 0;
        }
        proofs.addFirst(best);
        return now.earliestAt(best.at);
    }
}
