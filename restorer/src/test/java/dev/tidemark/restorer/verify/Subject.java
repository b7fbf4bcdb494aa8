package dev.tidemark.restorer.verify;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.RunRecords;
import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.past.Past;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.avro.TimeProof;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * An archive that is to be damaged, beside another one that lends its objects.
 *
 * @param sample the archive
 * @param log all that its source ever had
 * @param now when it is looked at
 * @param kinds the kinds of objects that it has
 * @param refused the kinds of which at least one is needed by a restore, and refused
 * @param unused names of schemas that every writer leaves there, and with which nothing was written here: nobody misses them
 * @param probes restorable revisions that are restored after each damage
 */
record Subject(
        SampleArchive sample,
        List<Change> log,
        Instant now,
        Set<String> kinds,
        Set<String> refused,
        Set<String> unused,
        List<Long> probes) {
    /** The revision that no generation holds lies between the two. */
    private static final long FIRST_END = 70;

    private static final long SECOND_BASE = 100;
    private static final long LAST = 260;
    private static final long KEPT_LAST = 101;
    private static final Duration STEP = Duration.ofMinutes(20);

    private static final Set<String> KINDS = Set.of(
            "header",
            "base",
            "checkpoint",
            "side",
            "avro",
            "idx",
            "side.avro",
            "descriptor",
            "schema",
            "claim",
            "verification",
            "drill");

    /** Two generations of checkpoints of level 0 and snapshots, nothing given up. */
    static Subject ofCheckpoints(ObjectStore store, Path directory) {
        SampleArchive sample = new SampleArchive(store, directory, SampleArchive.SMALL);
        List<Change> log = SampleLog.random(new Random(17), (int) LAST - 1, 14);
        checkpoints(sample, "topic-id", log);
        checkpoints(
                new SampleArchive(store, "other", directory, SampleArchive.SMALL),
                "topic-of-another",
                SampleLog.random(new Random(23), (int) LAST - 1, 11));
        return new Subject(
                sample,
                log,
                Instant.ofEpochMilli(SampleLog.capturedAt(100_000)),
                KINDS,
                Set.of("header", "base", "checkpoint", "side", "avro", "idx", "side.avro"),
                names(Stream.of(SeenLease.getClassSchema(), TimeProof.getClassSchema())),
                List.of(20L, 40L, 55L, 90L, 101L, 149L, 189L, 205L, 246L));
    }

    private static void checkpoints(SampleArchive archive, String topic, List<Change> history) {
        archive.topicId(topic);
        archive.claim()
                .open(0, 40, null)
                .base(history, 20, 40, side(1))
                .checkpoint(history, FIRST_END, List.of())
                .open(1, SECOND_BASE, ended())
                .base(history, 90, SECOND_BASE, side(2));
        for (long last = SECOND_BASE + 12; last < 180; last += 12) {
            archive.checkpoint(history, last, List.of());
        }
        archive.side(150, side(3)).side(190, side(4));
        archive.base(history, 200, 210, side(5));
        for (long last = 190; last <= LAST; last += 14) {
            archive.checkpoint(history, last, List.of());
        }
        prove(archive, Instant.ofEpochMilli(SampleLog.capturedAt(100_000)));
    }

    /** Drills and verifications are on record. */
    private static void prove(SampleArchive archive, Instant now) {
        archive.archive().runs().recordDrill(Subject::drill);
        archive.archive().runs().recordDrill(Subject::drill);
        for (int i = 0; i < 2; i++) {
            new Verifier(archive.sources(now)).verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE);
        }
    }

    private static GenerationEnd ended() {
        return new GenerationEnd(
                SampleArchive.generation(0),
                FIRST_END,
                GenerationEnd.Cause.COMPACTED,
                "compacted",
                FIRST_END + 1,
                SECOND_BASE - 11);
    }

    private static List<SideRecord> side(int user) {
        return List.of(new SideRecord(
                "authUsers", ByteBuffer.wrap(new byte[] {(byte) user}), ByteBuffer.wrap(new byte[user])));
    }

    private static DrillRun drill(long seq) {
        return new DrillRun(
                RunRecords.formatVersion(), seq, 1L, 1L, true, "g", 5L, 1L, -1L, -1L, 7L, 7L, "3.6.16", "", 0L);
    }

    private static Set<String> names(Stream<Schema> schemas) {
        return schemas.map(schema -> SampleArchive.CLUSTER + "/"
                        + ArchiveLayout.schema(SchemaNormalization.parsingFingerprint64(schema)))
                .collect(Collectors.toSet());
    }

    /** Levels, synthetic bases, proofs of time, lease files, and retention that has given up a part and condemned another. */
    static Subject ofLevels(ObjectStore store, Path directory) {
        SampleArchive sample = new SampleArchive(store, directory, SampleArchive.SMALL);
        List<Change> log = slowly(SampleLog.random(new Random(37), (int) KEPT_LAST - 1, 9));
        levels(sample, "topic-id", log);
        levels(
                new SampleArchive(store, "other", directory, SampleArchive.SMALL),
                "topic-of-another",
                slowly(SampleLog.random(new Random(41), (int) KEPT_LAST - 1, 8)));
        Set<String> kinds = new TreeSet<>(KINDS);
        kinds.addAll(Set.of(
                "level", "run", "synthetic", "time", "leases.avro", "retention", "former retention", "condemned"));
        return new Subject(
                sample,
                log,
                Instant.ofEpochMilli(at(1_000)),
                kinds,
                Set.of("header", "base", "checkpoint", "avro", "idx", "retention"),
                Set.of(),
                restorable(sample));
    }

    private static long at(long revision) {
        return SampleLog.START_MILLIS + revision * STEP.toMillis();
    }

    private static List<Change> slowly(List<Change> log) {
        return log.stream()
                .map(change -> change.withTimes(at(change.main()), at(change.main()) - 400))
                .toList();
    }

    private static void levels(SampleArchive archive, String topic, List<Change> log) {
        archive.topicId(topic);
        archive.capturedAt(Subject::at);
        archive.claim().open(0, 1, null).base(List.of(), 1, 1, List.of());
        for (long revision = 3; revision <= KEPT_LAST; revision += 2) {
            archive.checkpoint(log, revision, revision == 89 ? manyLeases() : List.of());
            if (revision == 41) {
                archive.base(log, 30, 40, side(1));
            }
            if (revision == 81) {
                expire(archive, revision, Duration.ZERO);
                expire(archive, revision, Duration.ZERO);
                archive.side(81, side(2)).time(revision, at(revision) + 1);
            }
            if (revision == 85) {
                archive.base(log, 83, 84, side(3));
            }
            archive.upkeep();
        }
        archive.side(95, side(4)).time(KEPT_LAST, at(KEPT_LAST) + 600_000);
        expire(archive, KEPT_LAST, Duration.ofDays(1));
        prove(archive, Instant.ofEpochMilli(at(1_000)));
    }

    /** More than a manifest takes. */
    private static List<Lease> manyLeases() {
        return LongStream.rangeClosed(1, 10_001)
                .mapToObj(id -> new Lease(id, 60L))
                .toList();
    }

    private static void expire(SampleArchive archive, long revision, Duration grace) {
        RetentionPolicy policy = new RetentionPolicy(
                Duration.ofHours(8), Duration.ofHours(20), Duration.ofDays(9), Duration.ZERO, grace);
        int[] attempts = new int[1];
        Expiry.prepare(
                        archive.archive(),
                        policy,
                        Expiry.Promise.KEPT,
                        () -> "01JDB50M8H3D0V6E1C" + String.format("%02d%06d", revision % 100, ++attempts[0]),
                        () -> Instant.ofEpochMilli(at(revision)))
                .run();
    }

    /** The borders of all that can be restored, and every fifth revision between. */
    private static List<Long> restorable(SampleArchive sample) {
        TreeSet<Long> probes = new TreeSet<>();
        try (Past past = Past.open(sample.sources(Instant.ofEpochMilli(at(1_000))))) {
            past.history().chapters().forEach(chapter -> chapter.ranges().forEach(range -> {
                for (long revision = range.first(); revision <= range.last(); revision += 5) {
                    probes.add(revision);
                }
                probes.add(range.last());
            }));
        }
        return List.copyOf(probes);
    }

    /** Whether a revision of the whole archive can be restored. */
    static boolean holds(Past past, long revision) {
        return past.history().chapters().stream().anyMatch(chapter -> chapter.holds(revision));
    }
}
