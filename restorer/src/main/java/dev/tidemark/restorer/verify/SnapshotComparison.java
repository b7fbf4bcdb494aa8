package dev.tidemark.restorer.verify;

import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.SourceProof;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A fresh snapshot of the source against a restore of its very revisions, with the history since its compaction: record
 * by record, with leases, users and roles. It needs room for both on the local disk.
 */
final class SnapshotComparison {
    /** Nothing waits for a proof but the proof: the source's puts come first. */
    private static final Duration UNHURRIED = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long PAUSE_MILLIS = 1_000;

    private final SourceRung rung;
    private final Path directory;

    /** A snapshot, and who sent it. */
    private record Taken(String endpoint, long clusterId, Path file) {}

    /**
     * @param directory an empty place for two databases
     */
    SnapshotComparison(SourceRung rung, Path directory) {
        this.rung = rung;
        this.directory = directory;
    }

    SourceRung.Outcome run() {
        Taken taken = take();
        try (EtcdDatabase snapshot = EtcdDatabase.open(taken.file)) {
            Optional<RestorePlan> reached = awaitCaptured(snapshot.revision());
            if (reached.isEmpty()) {
                return SourceRung.unproven(
                        taken.endpoint,
                        rung.newest().generation(),
                        snapshot.revision(),
                        "the snapshot is of revision " + snapshot.revision() + ", but after " + PATIENCE.toSeconds()
                                + " s archive and topic reach "
                                + rung.newest().revision());
            }
            String generation = reached.get().generation();
            long from = Math.max(Math.max(1, snapshot.compactRevision()), rawHistoryStart(generation));
            if (from > snapshot.revision()) {
                return SourceRung.unproven(
                        taken.endpoint,
                        generation,
                        snapshot.revision(),
                        "raw history starts at " + from + ", after the snapshot's revision " + snapshot.revision());
            }
            return compare(taken, snapshot, generation, from);
        }
    }

    private SourceRung.Outcome compare(Taken taken, EtcdDatabase snapshot, String generation, long from) {
        Path file = directory.resolve("restored.db");
        RestoreResult result = new Restorer(rung.sources())
                .restore(
                        RestoreRequest.database(Target.revision(generation, snapshot.revision()), Output.newFile(file))
                                .withHistoryFrom(from),
                        RestoreProgress.NONE);
        List<Finding> findings = new ArrayList<>();
        long records;
        try (EtcdDatabase restored = EtcdDatabase.open(file)) {
            FileComparison files = new FileComparison(taken.endpoint, snapshot, restored, from, directory);
            findings.addAll(files.records());
            findings.addAll(files.leases(result.leases()));
            findings.addAll(files.auth());
            records = files.compared();
        }
        String identity = rung.identity(generation, taken.clusterId);
        if (!findings.isEmpty() && !identity.isEmpty()) {
            Finding first = findings.get(0);
            findings.set(0, new Finding(first.object(), first.problem() + identity, first.range()));
        }
        delete(file);
        SourceProof proof = new SourceProof(
                taken.endpoint,
                generation,
                snapshot.revision(),
                snapshot.compactRevision(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                records,
                "");
        return new SourceRung.Outcome(proof, findings);
    }

    /** A member that is cut off sends an old state: what it sends must not be older than what the quorum agreed on. */
    private Taken take() {
        EtcdException last = null;
        try (Candidates candidates = Candidates.of(rung.source())) {
            for (Candidates.Candidate candidate : candidates.all()) {
                rung.progress()
                        .says("snapshot of " + candidate.client().endpoint() + ", "
                                + candidate.status().dbSizeBytes() / 1_000_000 + " MB");
                Path file = directory.resolve("source.db");
                try {
                    long agreed = candidate.client().linearizable().revision();
                    candidate.client().snapshotTo(file, UNHURRIED);
                    if (revisionOf(file) >= agreed) {
                        return new Taken(
                                candidate.client().endpoint(),
                                candidate.status().clusterId(),
                                file);
                    }
                    delete(file);
                } catch (EtcdException e) {
                    last = e;
                }
            }
        }
        if (last != null) {
            throw last;
        }
        throw new RestoreException(
                Failure.UNAVAILABLE,
                "every member's snapshot is older than what the quorum agreed on",
                "try again; is the cluster's network whole?");
    }

    private static long revisionOf(Path file) {
        try (EtcdDatabase database = EtcdDatabase.open(file)) {
            return database.revision();
        }
    }

    private Optional<RestorePlan> awaitCaptured(long revision) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            RestorePlan newest = rung.newest();
            if (newest.revision() >= revision) {
                return Optional.of(newest);
            }
            if (System.nanoTime() > deadline) {
                return Optional.empty();
            }
            rung.progress().says("waiting for revision " + revision + ", captured is " + newest.revision());
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Interrupted.during("waiting for revision " + revision, e);
            }
        }
    }

    private long rawHistoryStart(String generation) {
        return ArchiveInfo.read(rung.sources()).generations().stream()
                .filter(known -> known.id().equals(generation))
                .flatMap(known -> known.earliest().stream())
                .mapToLong(Moment::revision)
                .findFirst()
                .orElse(1);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
