package dev.tidemark.restorer.restore;

import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.restorer.output.StateSink;
import dev.tidemark.restorer.past.RecordPass;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionSequence;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Passes on what a restore wants, counts it, and checks that a history has no gap. */
final class StateCount implements RecordPass.Sink {
    private static final int REPORT_EVERY = 4096;

    private final StateSink sink;
    private final byte[] prefix;
    private final Optional<RevisionSequence> history;
    private final RestoreProgress progress;
    private final long total;
    private final Set<Long> leases = new HashSet<>();
    private long seen;
    private long keys;

    /**
     * A count of one restore.
     *
     * @param history what checks the revisions after the one from which the history is kept
     */
    StateCount(
            StateSink sink, byte[] prefix, Optional<RevisionSequence> history, RestoreProgress progress, long total) {
        this.sink = sink;
        this.prefix = prefix;
        this.history = history;
        this.progress = progress;
        this.total = total;
    }

    @Override
    public void record(Change change, Liveness liveness) {
        if (++seen % REPORT_EVERY == 0 || seen == total) {
            progress.advanced(seen, total);
        }
        if (history.isPresent() && change.main() > history.get().last()) {
            history.get().accept(change.main());
        }
        if (!startsWithPrefix(change.key())) {
            return;
        }
        if (!change.isTombstone() && liveness == Liveness.LIVE) {
            keys++;
            if (change.lease() != 0) {
                leases.add(change.lease());
            }
        }
        sink.record(change, liveness);
    }

    private boolean startsWithPrefix(byte[] key) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** How many keys are live. */
    long keys() {
        return keys;
    }

    /** The leases of live keys. */
    Set<Long> leases() {
        return leases;
    }
}
