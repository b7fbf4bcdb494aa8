package dev.tidemark.sandbox.workload;

import dev.tidemark.sandbox.SandboxException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * Knows every state and every change that a workload has led to, from the requests and the revisions in their answers
 * alone: what etcd does with a request is computed here. So it has nothing in common with what it is used to check.
 *
 * <p>Requests are carried out in the order of their revisions. Exactly one request makes each revision; the others that
 * name it must have changed nothing. Only the expiry of a lease has no answer, so a workload lets at most one lease at a
 * time run out: a revision that no request claims is that lease's end. If even that can't be, the oracle refuses: then
 * somebody else has written, or etcd has broken its rules.
 *
 * <p>Answers may be recorded by many threads; everything else belongs to one thread, with no writer at work.
 */
public final class Oracle {
    private final long start;
    private final Keyspace keyspace;
    private final NavigableMap<byte[], List<Version>> history = new TreeMap<>(Arrays::compareUnsigned);
    private final List<List<Change>> revisions = new ArrayList<>();
    private final List<Long> expiring = new ArrayList<>();
    private final List<Acknowledgement> unsettled = new ArrayList<>();
    private final List<Request> unsure = new ArrayList<>();

    /** What a key became with a revision; no state: deleted. */
    private record Version(long main, Optional<KeyState> state) {}

    /** Begins with a state that somebody else made; a fresh etcd has none and stands at revision 1. */
    Oracle(long revision, Map<byte[], KeyState> state) {
        this.start = revision;
        this.keyspace = new Keyspace(revision, state);
        state.forEach((key, held) -> remember(key, new Version(revision, Optional.of(held))));
    }

    synchronized void record(Acknowledgement acknowledgement) {
        unsettled.add(acknowledgement);
    }

    /** From now on revisions may appear that nobody asked for: the end of this lease. */
    synchronized void expect(long expiringLease) {
        expiring.add(expiringLease);
    }

    /** This request got no answer: it may have been carried out, may be so later, or never. */
    synchronized void doubt(Request request) {
        unsure.add(request);
    }

    /** Requests that got no answer, whatever became of them. */
    synchronized int inDoubt() {
        return unsure.size();
    }

    /** Carries out all that was recorded; {@code last} is etcd's revision after the last answer. */
    synchronized void settle(long last) {
        settle(last, revision -> {
            throw broken("nobody made revision " + revision);
        });
    }

    /**
     * Carries out all that was recorded, as {@link #settle(long)}. Where requests are in doubt and a revision has no
     * other maker, etcd itself is asked for its changes, which show what was carried out. Its state would not: nobody
     * sees there what was put and deleted in one revision.
     */
    synchronized void settle(long last, LongFunction<List<Change>> etcdsChanges) {
        Map<Long, List<Acknowledgement>> byRevision = new HashMap<>();
        unsettled.forEach(one -> byRevision
                .computeIfAbsent(one.revision(), r -> new ArrayList<>())
                .add(one));
        unsettled.clear();
        met(byRevision.remove(lastRevision()));
        while (lastRevision() < last) {
            List<Acknowledgement> named = byRevision.getOrDefault(lastRevision() + 1, new ArrayList<>());
            byRevision.remove(lastRevision() + 1);
            Request writer = writer(named, etcdsChanges);
            keep(keyspace.carryOut(writer), writer);
            met(named);
        }
        if (!byRevision.isEmpty()) {
            throw broken("answers name revisions outside of " + start + ".." + last + ": " + byRevision.keySet());
        }
    }

    /** Takes the request that made the next revision out of those that name it. */
    private Request writer(List<Acknowledgement> named, LongFunction<List<Change>> etcdsChanges) {
        for (Acknowledgement one : named) {
            if (one.effect() == Acknowledgement.Effect.WROTE) {
                named.remove(one);
                return one.request();
            }
        }
        for (Acknowledgement one : named) {
            if (one.request() instanceof Request.Revoke revoke && endsKeys(revoke.lease())) {
                named.remove(one);
                return revoke;
            }
        }
        // An id that came back is expected more than once.
        List<Long> ended = expiring.stream().distinct().filter(this::endsKeys).toList();
        if (!unsure.isEmpty()) {
            return unanswered(ended, etcdsChanges.apply(lastRevision() + 1));
        }
        if (ended.size() != 1) {
            throw broken("nobody made revision " + (lastRevision() + 1) + ", and " + ended.size()
                    + " expiring leases have keys");
        }
        return new Request.Revoke(ended.get(0));
    }

    /**
     * The request in doubt, or the end of a lease, that makes these changes. Of several any will do, and all stay in
     * doubt: a deletion of a range and one of its only key look the same here, but may not where the other comes.
     */
    private Request unanswered(List<Long> ended, List<Change> changes) {
        return Stream.concat(unsure.stream(), ended.stream().map(Request.Revoke::new))
                .filter(request -> keyspace.wouldMake(request, changes))
                .findFirst()
                .orElseThrow(() -> broken("none of " + unsure.size() + " requests in doubt and " + ended.size()
                        + " expiring leases made revision " + (lastRevision() + 1) + ": " + changes));
    }

    private boolean endsKeys(long lease) {
        return !keyspace.attachedTo(lease).isEmpty();
    }

    private void keep(List<Change> changes, Request writer) {
        if (changes.isEmpty()) {
            throw broken("revision " + (lastRevision() + 1) + " should be empty after " + writer);
        }
        revisions.add(List.copyOf(changes));
        for (Change change : changes) {
            Optional<KeyState> state = change.isTombstone()
                    ? Optional.empty()
                    : Optional.of(new KeyState(
                            change.value(), change.createRevision(), change.main(), change.version(), change.lease()));
            remember(change.key(), new Version(change.main(), state));
        }
    }

    private void remember(byte[] key, Version version) {
        history.computeIfAbsent(key, k -> new ArrayList<>()).add(version);
    }

    /** Requests that only met the current revision must leave it as it is. */
    private void met(List<Acknowledgement> named) {
        if (named == null) {
            return;
        }
        for (Acknowledgement one : named) {
            if (!keyspace.carryOut(one.request()).isEmpty()) {
                throw broken(one + " should have made a revision of its own");
            }
        }
    }

    private static SandboxException broken(String what) {
        return new SandboxException(
                Failure.VERIFICATION,
                "the oracle cannot explain etcd's answers: " + what,
                "only one workload may write, and nobody beside it");
    }

    /** The revisions whose changes are known; the state is also known at the revision before the first. */
    public RevisionRange revisions() {
        return new RevisionRange(start + 1, lastRevision());
    }

    /** The last revision that is known. */
    public long lastRevision() {
        return start + revisions.size();
    }

    /** The changes of one revision in their order, without capture times. */
    public List<Change> changesOf(long revision) {
        if (revision <= start || revision > lastRevision()) {
            throw new IllegalArgumentException(revision + " is not in " + revisions());
        }
        return revisions.get(Math.toIntExact(revision - start - 1));
    }

    /** The live keys in ascending (unsigned) order after the given revision. */
    public NavigableMap<byte[], KeyState> stateAt(long revision) {
        if (revision < start || revision > lastRevision()) {
            throw new IllegalArgumentException(revision + " is not in " + start + ".." + lastRevision());
        }

        NavigableMap<byte[], KeyState> state = new TreeMap<>(Arrays::compareUnsigned);
        history.forEach((key, versions) -> versionAt(versions, revision).ifPresent(held -> state.put(key, held)));
        return state;
    }

    private static Optional<KeyState> versionAt(List<Version> versions, long revision) {
        int low = 0;
        int high = versions.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (versions.get(middle).main() <= revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? Optional.empty() : versions.get(low - 1).state();
    }
}
