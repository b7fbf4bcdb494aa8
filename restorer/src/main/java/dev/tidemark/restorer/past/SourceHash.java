package dev.tidemark.restorer.past;

import dev.tidemark.etcd.file.HashKv;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.RevisionSequence;

/**
 * Computes from the archive what the source answers to HashKV: the proof that the archive is identical to it. Thread-safe.
 */
public final class SourceHash {
    private final Sources sources;

    public SourceHash(Sources sources) {
        this.sources = sources;
    }

    /** The computed hash, or why there can be none. */
    public sealed interface Answer {
        /**
         * What the source must have answered.
         *
         * @param hash an unsigned 32-bit number
         * @param plan what was read
         */
        record Computed(long hash, RestorePlan plan) implements Answer {}

        /**
         * The archive cannot say.
         *
         * @param reason one sentence for an operator
         */
        record NotProvable(String reason) implements Answer {}
    }

    /**
     * The hash for a source's own answer.
     *
     * @param target the revision of the answer
     * @param compactRevision the compaction revision of the answer, -1 if it was never compacted
     * @throws UnreachableTargetException if the revision cannot be restored
     */
    public Answer at(Target target, long compactRevision) {
        long compacted = Math.max(1, compactRevision);
        try (Past past = Past.openFor(sources, target)) {
            RestorePlan whole = past.plan(target);
            long rawFrom = past.rawHistoryStart(whole);
            if (rawFrom > compacted) {
                return new Answer.NotProvable(
                        "source compacted at " + compactRevision + ", raw history starts at " + rawFrom);
            }
            RestorePlan plan = past.planFrom(target, compacted);
            return compute(past, plan, compacted, compactRevision);
        }
    }

    private static Answer compute(Past past, RestorePlan plan, long compacted, long compactRevision) {
        HashKv hash = new HashKv(plan.revision(), compactRevision);
        RevisionSequence sequence = new RevisionSequence("history since " + compacted, compacted);
        boolean[] live = new boolean[1];
        past.hashedSince(plan, compacted).run((change, liveness) -> {
            if (change.main() > sequence.last()) {
                sequence.accept(change.main());
            }
            live[0] |= !change.isTombstone() && liveness == Liveness.LIVE;
            hash.add(change, liveness);
        });
        return live[0]
                ? new Answer.Computed(hash.value(), plan)
                : new Answer.NotProvable("no key is live at " + plan.revision()
                        + ": the answer depends on how far the source's compaction got");
    }
}
