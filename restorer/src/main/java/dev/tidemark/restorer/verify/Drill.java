package dev.tidemark.restorer.verify;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.RunRecords;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.HashKvAnswer;
import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.Scratch;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.DrillRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The proof of the whole way back: a restore is booted as a real etcd, which must count and hash as the archive says, and
 * where the source still answers for that revision, the archive must hash as the source does. Each drill is recorded in
 * the archive. Thread-safe.
 */
public final class Drill {
    private static final long NONE = -1;

    private final Sources sources;
    private final Optional<SourceAccess> source;
    private final EtcdBoot boot;

    /**
     * @param source how the source may be asked; empty: it is not
     */
    public Drill(Sources sources, Optional<SourceAccess> source, EtcdBoot boot) {
        this.sources = sources;
        this.source = source;
        this.boot = boot;
    }

    /**
     * When the last drill of a cluster began, milliseconds since the epoch; empty if none is recorded, or none that can be
     * read: a record that is damaged must not keep anybody from the next drill.
     */
    public static OptionalLong lastStartedAtMillis(ClusterArchive archive) {
        return new RunBook(archive.runs())
                .drill()
                .map(run -> OptionalLong.of(run.getStartedAtMillis()))
                .orElse(OptionalLong.empty());
    }

    /** What the booted etcd says of itself. */
    private record Seen(String version, OptionalLong hash, List<String> differences) {}

    /**
     * Drills. What is damaged is what a drill is for, so it is no exception but a difference, wherever it is met.
     *
     * @throws dev.tidemark.restorer.plan.UnreachableTargetException if the moment cannot be restored
     */
    public DrillReport run(Target target, VerifyProgress progress, RestoreProgress restoring) {
        boot.require();
        long startedAt = sources.clock().millis();
        try {
            return drill(target, progress, restoring, startedAt);
        } catch (TidemarkException e) {
            if (e.failure() != Failure.VERIFICATION) {
                throw e;
            }
            long millis = sources.clock().millis() - startedAt;
            return recorded(DrillReport.failed("the restore was refused: " + e.withHint(), millis), startedAt, 0);
        }
    }

    private DrillReport drill(Target target, VerifyProgress progress, RestoreProgress restoring, long startedAt) {
        try (Scratch scratch = Scratch.in(sources.scratch())) {
            Path file = scratch.directory().resolve("drill.db");
            RestoreResult restored = restore(target, file, restoring);
            progress.says("booting etcd from revision " + restored.revision());
            Seen seen = boot(file, restored);
            Comparison compared = compare(restored.plan().generation(), restored.revision(), progress);
            List<String> differences = new ArrayList<>(seen.differences);
            differences.addAll(compared.differences);
            DrillReport report = new DrillReport(
                    restored.plan().generation(),
                    restored.revision(),
                    restored.keys(),
                    compared.hash,
                    compared.sourceHash,
                    seen.hash,
                    restored.hash(),
                    seen.version,
                    String.join("; ", differences),
                    compared.note,
                    sources.clock().millis() - startedAt);
            return recorded(report, startedAt, compared.askedAtMillis);
        }
    }

    private RestoreResult restore(Target target, Path file, RestoreProgress restoring) {
        return new Restorer(sources)
                .restore(
                        RestoreRequest.database(target, Output.newFile(file))
                                .withoutBump()
                                .withAuth(RestoreRequest.Auth.DROP)
                                .withEndlessLeases(),
                        restoring);
    }

    private Seen boot(Path file, RestoreResult restored) {
        try {
            return bootAndLook(file, restored);
        } catch (TidemarkException e) {
            if (e.failure() != Failure.VERIFICATION) {
                throw e;
            }
            return new Seen("", OptionalLong.empty(), List.of("etcd does not boot: " + e.withHint()));
        }
    }

    private Seen bootAndLook(Path file, RestoreResult restored) {
        try (EtcdBoot.Booted booted = boot.boot(file);
                EtcdClient client = EtcdClient.open(EtcdSettings.of(booted.endpoint()))) {
            List<String> differences = new ArrayList<>();
            long revision = client.linearizable().revision();
            if (revision != restored.revision()) {
                differences.add("the booted etcd is at revision " + revision + " instead of " + restored.revision());
                return new Seen(booted.version(), OptionalLong.empty(), differences);
            }
            long keys = client.keys(revision);
            if (keys != restored.keys()) {
                differences.add("the booted etcd has " + keys + " keys instead of " + restored.keys());
            }
            if (restored.hash().isEmpty()) {
                return new Seen(booted.version(), OptionalLong.empty(), differences);
            }
            HashKvAnswer answer = client.hashKv(revision);
            if (answer.hash() != restored.hash().getAsLong()) {
                differences.add("the booted etcd hashes to " + answer.hash() + " instead of "
                        + restored.hash().getAsLong());
            }
            return new Seen(booted.version(), OptionalLong.of(answer.hash()), differences);
        }
    }

    /** What the source said, or why it was not asked; and when it was, 0 if it was not. */
    private record Comparison(
            OptionalLong hash, OptionalLong sourceHash, List<String> differences, String note, long askedAtMillis) {
        static Comparison none(String why, long askedAtMillis) {
            return new Comparison(OptionalLong.empty(), OptionalLong.empty(), List.of(), why, askedAtMillis);
        }

        static Comparison different(String what, long askedAtMillis) {
            return new Comparison(OptionalLong.empty(), OptionalLong.empty(), List.of(what), "", askedAtMillis);
        }
    }

    /** The source is only a part of a drill: one that cannot be asked is no failure of the archive. */
    private Comparison compare(String generation, long revision, VerifyProgress progress) {
        if (source.isEmpty()) {
            return Comparison.none("the source was not asked", 0);
        }
        SourceRung rung = new SourceRung(sources, source.get(), progress);
        try {
            SourceRung.Outcome outcome = new HashComparison(rung).at(generation, revision);
            String obstacle = outcome.proof().obstacle();
            return new Comparison(
                    outcome.proof().hash(),
                    outcome.proof().sourceHash(),
                    outcome.findings().stream()
                            .map(finding -> finding.object() + " " + finding.problem())
                            .toList(),
                    obstacle.isEmpty() ? "" : "the source was not compared: " + obstacle,
                    rung.askedAtMillis());
        } catch (EtcdException e) {
            return Comparison.none("the source was not compared: " + e.getMessage(), rung.askedAtMillis());
        } catch (TidemarkException e) {
            return without(e, rung.askedAtMillis());
        }
    }

    /** What the source is compared with is read from the archive anew, which may show what the restore did not touch. */
    private static Comparison without(TidemarkException e, long askedAtMillis) {
        if (e.failure() == Failure.VERIFICATION) {
            return Comparison.different(
                    "the hash to compare with the source was refused: " + e.withHint(), askedAtMillis);
        }
        if (e instanceof RestoreException) {
            return Comparison.none("the source was not compared: " + e.getMessage(), askedAtMillis);
        }
        throw e;
    }

    private DrillReport recorded(DrillReport report, long startedAt, long askedAt) {
        try {
            long lastAsked = new RunBook(sources.archive().runs()).sourceAskedAtMillis(askedAt);
            sources.archive()
                    .runs()
                    .recordDrill(seq -> new DrillRun(
                            RunRecords.formatVersion(),
                            seq,
                            startedAt,
                            report.millis(),
                            report.ok(),
                            report.generation(),
                            report.revision(),
                            report.keys(),
                            report.hash().orElse(NONE),
                            report.sourceHash().orElse(NONE),
                            report.bootedHash().orElse(NONE),
                            report.expectedBootedHash().orElse(NONE),
                            report.etcdVersion(),
                            report.ok() ? report.note() : report.difference(),
                            lastAsked));
            return report;
        } catch (ArchiveException e) {
            return report.withNote("the drill is not recorded: " + e.getMessage());
        }
    }
}
