package dev.tidemark.restorer.verify;

import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.HashKvAnswer;
import dev.tidemark.restorer.past.SourceHash;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.report.SourceProof;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * HashKV of the source against the same number computed from the archive: one revision, one member, one question. It
 * sees neither leases nor users, nor what lies below the source's compaction.
 */
final class HashComparison {
    private static final int TRIES = 4;
    private static final long PAUSE_MILLIS = 2_000;

    private final SourceRung rung;

    HashComparison(SourceRung rung) {
        this.rung = rung;
    }

    /** An answer, and who gave it. */
    private record Asked(String endpoint, HashKvAnswer answer) {}

    /** Compares the newest revision that both hold; a newer one where the source has compacted it meanwhile. */
    SourceRung.Outcome newest() {
        long tried = 0;
        for (int i = 0; i < TRIES; i++) {
            RestorePlan newest = rung.newest();
            if (newest.revision() > tried) {
                tried = newest.revision();
                Optional<Asked> asked = ask(tried);
                if (asked.isPresent() && asked.get().answer.compactRevision() < tried) {
                    return compare(asked.get(), newest.generation());
                }
            }
            pause();
        }
        return SourceRung.unproven(
                "",
                rung.newest().generation(),
                tried,
                "the source has compacted revision " + tried + ", the newest that archive and topic hold");
    }

    /** Compares one revision. */
    SourceRung.Outcome at(String generation, long revision) {
        Optional<Asked> asked = ask(revision);
        if (asked.isEmpty() || asked.get().answer.compactRevision() >= revision) {
            return SourceRung.unproven("", generation, revision, "the source has compacted revision " + revision);
        }
        return compare(asked.get(), generation);
    }

    /** Empty if the revision is compacted away. */
    private Optional<Asked> ask(long revision) {
        EtcdException.FutureRevision behind = null;
        try (Candidates candidates = Candidates.of(rung.source())) {
            for (Candidates.Candidate candidate : candidates.all()) {
                rung.asking();
                rung.progress().says(candidate.announcement("HashKV at revision " + revision));
                try {
                    return Optional.of(new Asked(
                            candidate.client().endpoint(), candidate.client().hashKv(revision)));
                } catch (EtcdException.Compacted e) {
                    return Optional.empty();
                } catch (EtcdException.FutureRevision e) {
                    behind = e;
                }
            }
        }
        throw behind;
    }

    private SourceRung.Outcome compare(Asked asked, String generation) {
        HashKvAnswer answer = asked.answer;
        long revision = answer.revision();
        SourceHash.Answer computed =
                new SourceHash(rung.sources()).at(Target.revision(generation, revision), answer.compactRevision());
        if (computed instanceof SourceHash.Answer.NotProvable not) {
            return SourceRung.unproven(asked.endpoint, generation, revision, not.reason());
        }
        long hash = ((SourceHash.Answer.Computed) computed).hash();
        SourceProof proof = new SourceProof(
                asked.endpoint,
                generation,
                revision,
                answer.compactRevision(),
                OptionalLong.of(hash),
                OptionalLong.of(answer.hash()),
                0,
                "");
        if (hash == answer.hash()) {
            return new SourceRung.Outcome(proof, List.of());
        }
        String problem = "answers HashKV " + answer.hash() + " at revision " + revision + ", compacted at "
                + answer.compactRevision() + ", but the archive gives " + hash
                + rung.identity(generation, answer.header().clusterId());
        return new SourceRung.Outcome(
                proof, List.of(SourceRung.differs(asked.endpoint, problem, answer.compactRevision(), revision)));
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Interrupted.during("waiting for a newer revision", e);
        }
    }
}
