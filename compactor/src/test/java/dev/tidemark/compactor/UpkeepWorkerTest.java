package dev.tidemark.compactor;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.catalog.RetentionChain;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.GenerationRetention;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.GenerationEnd.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thread that makes levels and bases: what it meets, what it says, and when it ends. */
final class UpkeepWorkerTest {
    private static final CutPolicy SECOND = new CutPolicy(1_000, 2_000);
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(InstantSource.system());
    private final Gauge gauge = new Gauge(0);
    private final CompletableFuture<Error> died = new CompletableFuture<>();
    private Workbench bench;
    private TopicLog log;

    @BeforeEach
    void fold() {
        bench = new Workbench(directory);
        log = Workbench.longLog(new Random(42), bench, store);
        bench.fold(log, SECOND, store);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private UpkeepWorker start(ObjectStore archive) {
        UpkeepWorker worker =
                new UpkeepWorker(0, TopicLog.CLUSTER, bench.foundry(SECOND, archive), gauge, died::complete);
        worker.start();
        return worker;
    }

    private String failing() {
        return gauge.health(TopicLog.CLUSTER, 0).upkeepFailing();
    }

    private int daysOf(String generation) {
        GenerationCatalog catalog = new ClusterArchive(store, TopicLog.CLUSTER)
                .catalog()
                .generation(generation)
                .orElseThrow();
        return catalog.inside(3, new RevisionRange(1, Long.MAX_VALUE)).size();
    }

    private void next(String generation) {
        log.open(generation, 5_000, new GenerationEnd("GEN-A", log.revision(), Cause.SOURCE_REPLACED, "new", 0, 0))
                .batch("x")
                .after(1_000)
                .tick();
        bench.fold(log, SECOND, store);
    }

    @Test
    void aSpoolWithoutRoomIsSaidAndWaitedFor() throws IOException {
        Path spool;
        try (Stream<Path> entries = Files.list(directory)) {
            spool = entries.findFirst().orElseThrow();
        }
        Path away = directory.resolve("away");
        Files.move(spool, away);
        UpkeepWorker worker = start(store);
        worker.committed("GEN-A", 1);
        eventually(SOON, () -> assertThat(failing()).contains("spool"));
        Files.move(away, spool);
        eventually(SOON, () -> assertThat(daysOf("GEN-A")).isPositive());
        eventually(SOON, () -> assertThat(failing()).isEmpty());
        worker.stop();
    }

    @Test
    void whatNobodyExpectedIsSaidAndTheNextCommitGoesOn() {
        Gate gate = new Gate(store);
        gate.confuse();
        UpkeepWorker worker = start(gate);
        worker.committed("GEN-A", 1);
        eventually(SOON, () -> assertThat(failing()).contains("confused"));
        assertThat(gauge.health(TopicLog.CLUSTER, 0).problem()).contains("confused");
        gate.open();
        worker.committed("GEN-A", 2);
        eventually(SOON, () -> assertThat(daysOf("GEN-A")).isPositive());
        eventually(SOON, () -> assertThat(failing()).isEmpty());
        assertThat(died).isNotDone();
        worker.stop();
    }

    @Test
    void anErrorOfTheVirtualMachineEndsItAndIsTold() {
        Gate gate = new Gate(store);
        gate.breakDown();
        UpkeepWorker worker = start(gate);
        worker.committed("GEN-A", 1);
        eventually(SOON, () -> assertThat(died)
                .isCompletedWithValueMatching(error -> error instanceof NoClassDefFoundError));
        worker.stop();
    }

    @Test
    void whatAGenerationLackedThatEndedBeforeTheStartIsMade() {
        next("GEN-B");
        UpkeepWorker worker = start(store);
        worker.committed("GEN-B", 5_001);
        eventually(SOON, () -> assertThat(daysOf("GEN-A")).isPositive());
        worker.stop();
    }

    @Test
    void aGenerationOfWhichNothingIsKeptIsLeftAlone() {
        next("GEN-B");
        log.open("GEN-C", 6_000, new GenerationEnd("GEN-B", 5_001, Cause.SOURCE_REPLACED, "new", 0, 0))
                .batch("y")
                .after(1_000)
                .tick();
        bench.fold(log, SECOND, store);
        new ClusterArchive(store, TopicLog.CLUSTER)
                .retention()
                .commit(
                        new RetentionChain.Decision(
                                0,
                                Duration.ZERO,
                                Duration.ZERO,
                                Duration.ZERO,
                                List.of(GenerationRetention.newBuilder()
                                        .setGeneration("GEN-B")
                                        .setBaseRevision(null)
                                        .setFloors(List.of())
                                        .setKept(List.of())
                                        .build())),
                        Optional.empty());
        Gate gate = new Gate(store);
        UpkeepWorker worker = start(gate);
        worker.committed("GEN-C", 6_001);
        eventually(SOON, () -> assertThat(gate.listed()).contains("prod/m/GEN-A/synthetic/"));
        worker.ended("GEN-C");
        worker.stop();
        assertThat(gate.listed()).noneMatch(prefix -> prefix.contains("GEN-B/"));
    }
}
