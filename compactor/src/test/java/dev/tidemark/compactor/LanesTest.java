package dev.tidemark.compactor;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.compactor.PartitionHealth.Phase;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.GenerationEnd.Cause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Between Streams' thread and the folds: threads, buffers, ends. */
final class LanesTest {
    private static final CutPolicy SECOND = new CutPolicy(1_000, 1 << 20);
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(InstantSource.system());
    private final AtomicInteger pauses = new AtomicInteger();
    private final AtomicInteger resumes = new AtomicInteger();
    private final CompletableFuture<TidemarkException> failure = new CompletableFuture<>();
    private Workbench bench;

    @BeforeEach
    void open() {
        bench = new Workbench(directory);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void whatLiesBeforeStreamsFirstRecordIsReadFromTheLogItself() {
        TopicLog log = log();
        try (Lanes lanes = lanes(log, store, 1 << 20)) {
            Intake.Lane lane = lanes.open(0);
            List<LogRecord> records = log.records();
            records.subList(records.size() - 2, records.size()).forEach(lane::offer);
            eventually(SOON, () -> assertThat(ends()).containsExactly(12L, 13L));
        }
    }

    @Test
    void anAssignedPartitionIsFoldedEvenIfNothingNewComes() {
        try (Lanes lanes = lanes(log(), store, 1 << 20)) {
            lanes.open(0);
            eventually(SOON, () -> assertThat(ends()).containsExactly(12L, 13L));
        }
    }

    @Test
    void anEmptyPartitionStaysIdleUntilItsFirstRecord() {
        TopicLog log = new TopicLog();
        try (Lanes lanes = lanes(log, store, 1 << 20)) {
            Intake.Lane lane = lanes.open(0);
            assertThat(lanes.health().get(0).phase()).isEqualTo(Phase.IDLE);
            log.open("GEN-A", 10, null).batch("a").after(1_000).tick();
            log.records().forEach(lane::offer);
            eventually(SOON, () -> assertThat(ends()).containsExactly(11L));
            assertThat(lanes.health().get(0).cluster()).isEqualTo("prod");
        }
    }

    @Test
    void aStoreThatIsAwayIsWaitedForWhileTheFlowIsStoppedAndNothingIsLost() {
        TopicLog log = log();
        Gate gate = new Gate(store);
        try (Lanes lanes = lanes(log, gate, 4_000)) {
            Intake.Lane lane = lanes.open(0);
            eventually(SOON, () -> assertThat(ends()).hasSize(2));
            gate.shut();
            int before = log.records().size();
            for (int i = 0; i < 100; i++) {
                log.batch("a", "b", "c").after(300);
            }
            log.after(1_000).tick();
            log.records().subList(before, log.records().size()).forEach(lane::offer);
            eventually(SOON, () -> assertThat(lanes.health().get(0).phase()).isEqualTo(Phase.WAITING));
            assertThat(lanes.health().get(0).problem()).contains("the gate is shut (hint: ");
            assertThat(pauses).hasValue(1);
            assertThat(resumes).hasValue(0);

            gate.open();
            eventually(SOON, () -> assertThat(lanes.health().get(0).committedRevision())
                    .isEqualTo(log.revision()));
            assertThat(pauses.get()).isEqualTo(resumes.get());
            assertThat(failure).isNotDone();
        }
    }

    @Test
    void aPartitionThatIsTakenAwayAndGivenBackGoesOnFromTheArchive() {
        TopicLog log = log();
        try (Lanes lanes = lanes(log, store, 1 << 20)) {
            Intake.Lane first = lanes.open(0);
            log.records().forEach(first::offer);
            first.close();
            first.offer(log.records().get(0));
            Intake.Lane second = lanes.open(0);
            log.records().forEach(second::offer);
            eventually(SOON, () -> assertThat(ends()).containsExactly(12L, 13L));
            assertThat(lanes.health()).hasSize(1);
        }
    }

    @Test
    void afterADoubtEverythingIsReadAgainFromTheArchivesHead() {
        TopicLog log = log();
        try (Lanes lanes = lanes(log, store, 1 << 20)) {
            Intake.Lane lane = lanes.open(0);
            eventually(SOON, () -> assertThat(ends()).hasSize(2));
            log.recreate("topic-2", 13).batch("n").after(1_000).tick();
            // Streams goes on at its old position and delivers nothing: only the doubt brings the new topic's records.
            lanes.doubt();
            eventually(SOON, () -> assertThat(ends()).containsExactly(12L, 13L, 14L));
            assertThat(lane).isNotNull();
        }
    }

    @Test
    void aTopicThatIsMadeAgainWhileItIsReadIsReadFromItsBeginning() {
        TopicLog log = log();
        bench.fold(log, SECOND, store);
        AtomicBoolean old = new AtomicBoolean(true);
        LogReader vanishing = new Reading(log) {
            @Override
            public void read(long from, long until, Predicate<LogRecord> sink) {
                if (from > 0 && old.getAndSet(false)) {
                    log.recreate("topic-2", 13).batch("n").after(1_000).tick();
                    throw new CompactorException(Failure.UNAVAILABLE, "nothing comes", "", null);
                }
                log.read(from, until, sink);
            }
        };
        try (Lanes lanes = lanes(vanishing, store, 1 << 20)) {
            lanes.open(0);
            eventually(SOON, () -> assertThat(ends()).containsExactly(12L, 13L, 14L));
        }
    }

    @Test
    void aLocalDiskThatFailsInTheMiddleOfAnIntervalCostsTimeAndNothingElse() {
        AtomicInteger failures = new AtomicInteger(1);
        LogReader failing = new Reading(log()) {
            @Override
            public void read(long from, long until, Predicate<LogRecord> sink) {
                super.read(from, until, record -> {
                    if (record.offset() > 4 && failures.getAndDecrement() > 0) {
                        spooled("interval-").forEach(Spool::delete);
                    }
                    return sink.test(record);
                });
            }
        };
        try (Lanes lanes = lanes(failing, store, 1 << 20)) {
            lanes.open(0);
            eventually(SOON, () -> assertThat(lanes.health().get(0).phase()).isEqualTo(Phase.WAITING));
            assertThat(lanes.health().get(0).problem()).contains("interval-");
            eventually(SOON, () -> assertThat(ends()).containsExactly(12L, 13L));
            assertThat(failure).isNotDone();
        }
    }

    @Test
    void anErrorStopsThePartitionVisibly() {
        Gate gate = new Gate(store);
        gate.breakDown();
        try (Lanes lanes = lanes(log(), gate, 1 << 20)) {
            lanes.open(0);
            eventually(
                    SOON, () -> assertThat(failure).isCompletedWithValueMatching(e -> e.failure() == Failure.INTERNAL));
            assertThat(lanes.health().get(0).phase()).isEqualTo(Phase.STOPPED);
            assertThat(lanes.health().get(0).problem()).contains("io/minio/Lost");
        }
    }

    @Test
    void anErrorOfTheUpkeepStopsThePartitionVisibly() {
        Gate gate = new Gate(store).where("/synthetic/");
        gate.breakDown();
        try (Lanes lanes = lanes(log(), gate, 1 << 20)) {
            lanes.open(0);
            eventually(
                    SOON, () -> assertThat(failure).isCompletedWithValueMatching(e -> e.failure() == Failure.INTERNAL));
            assertThat(lanes.health().get(0).phase()).isEqualTo(Phase.STOPPED);
            assertThat(lanes.health().get(0).problem()).contains("io/minio/Lost");
        }
    }

    @Test
    void theLevelThatAGenerationsLastCheckpointCompletesIsMadeThoughTheNextHasBegun() {
        TopicLog log = new TopicLog().open("GEN-A", 10, null).batch("a");
        log.after(1_000).batch("b").after(1_000).batch("c");
        Gate gate = new Gate(store);
        try (Lanes lanes = lanes(log, gate, 1 << 20)) {
            Intake.Lane lane = lanes.open(0);
            eventually(SOON, () -> assertThat(ends()).containsExactly(11L, 12L));
            // Generations that ended before the start are looked for once, after the first pass: then bases are asked
            // for.
            eventually(SOON, () -> assertThat(gate.listed()).contains("prod/m/GEN-A/base/"));
            int before = log.records().size();
            log.open("GEN-B", 40, new GenerationEnd("GEN-A", 13, Cause.SOURCE_REPLACED, "new", 0, 0));
            log.records().subList(before, log.records().size()).forEach(lane::offer);
            eventually(
                    SOON, () -> assertThat(store.list("prod/m/GEN-A/1/", "", 9)).hasSize(1));
        }
    }

    /** As where the local disk fails just then: whoever else opened it, the fold that begins anew finds the next one. */
    @Test
    void theLevelThatAGenerationsEndCompletesIsMadeThoughTheFoldBeginsAnewAfterIt() {
        TopicLog log = new TopicLog().open("GEN-A", 10, null).batch("a");
        log.after(1_000).batch("b").after(1_000).batch("c");
        Gate gate = new Gate(store);
        try (Lanes lanes = lanes(log, gate, 1 << 20)) {
            lanes.open(0);
            eventually(SOON, () -> assertThat(ends()).containsExactly(11L, 12L));
            eventually(SOON, () -> assertThat(gate.listed()).contains("prod/m/GEN-A/base/"));
            log.open("GEN-B", 40, new GenerationEnd("GEN-A", 13, Cause.SOURCE_REPLACED, "new", 0, 0));
            bench.fold(log, SECOND, store);
            lanes.doubt();
            eventually(
                    SOON, () -> assertThat(store.list("prod/m/GEN-A/1/", "", 9)).hasSize(1));
        }
    }

    @Test
    void aRecordWithoutAKeyDoesNotHideTheCluster() {
        TopicLog log = new TopicLog().foreign(null, new byte[] {1}).open("GEN-A", 10, null);
        log.batch("a", "b").after(1_000).tick();
        try (Lanes lanes = lanes(log, store, 1 << 20)) {
            lanes.open(0);
            eventually(SOON, () -> assertThat(ends()).containsExactly(12L));
        }
    }

    @Test
    void whenTheLastWorkingPartitionStopsTheReasonIsTold() {
        Gate gate = new Gate(store);
        gate.refuse();
        try (Lanes lanes = lanes(log(), gate, 1 << 20)) {
            lanes.open(0);
            eventually(SOON, () -> assertThat(failure).isCompletedWithValueMatching(e -> e.failure() == Failure.USAGE));
            assertThat(lanes.health().get(0).phase()).isEqualTo(Phase.STOPPED);
        }
    }

    /** A log that a test stands in the way of. */
    private static class Reading implements LogReader {
        private final LogReader log;

        Reading(LogReader log) {
            this.log = log;
        }

        @Override
        public Ends ends() {
            return log.ends();
        }

        @Override
        public void read(long from, long until, Predicate<LogRecord> sink) {
            log.read(from, until, sink);
        }
    }

    private List<Path> spooled(String prefix) {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TopicLog log() {
        return new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a", "b")
                .after(1_000)
                .batch("c")
                .after(1_000)
                .tick();
    }

    private List<Long> ends() {
        return store.list("prod/g/", "", 1).isEmpty()
                ? List.of()
                : Workbench.checkpoints(store).stream()
                        .map(CheckpointManifest::getLast)
                        .toList();
    }

    private Lanes lanes(LogReader log, ObjectStore archive, long limit) {
        Backlog backlog = new Backlog(limit, new Backlog.Flow() {
            @Override
            public void pause() {
                pauses.incrementAndGet();
            }

            @Override
            public void resume() {
                resumes.incrementAndGet();
            }
        });
        return new Lanes(partition -> log, bench.foundry(SECOND, archive), backlog, failure);
    }
}
