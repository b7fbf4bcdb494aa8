package dev.tidemark.compactor;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.MinioServer;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The compactor against a real broker and a real store, with real deaths. All at once, as they mostly wait: each has a
 * topic, an installation and a place in the store of its own, and who freezes the store has that for itself too.
 *
 * <p>The store is away for a minute, or for as long as {@code -Dstore.outage=1h} says.
 */
final class CompactorIT {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration OUTAGE =
            Duration.parse("PT" + System.getProperty("store.outage", "60s").toUpperCase(Locale.ROOT));
    private static final int LOOKS = 200;
    private static final long SEED = 20260101;
    private static final long BASE = 100;

    private static KafkaServer kafka;
    private static MinioServer minio;

    @TempDir
    private Path directory;

    private String topic;
    private ObjectStore store;
    private TestCapture capture;

    @BeforeAll
    static void launch() {
        kafka = KafkaServer.launch();
        minio = MinioServer.launch().withBucket("tidemark");
    }

    @AfterAll
    static void end() {
        minio.close();
        kafka.close();
    }

    @BeforeEach
    void open(TestInfo test) throws Exception {
        topic = test.getTestMethod().orElseThrow().getName();
        TestCapture.createTopic(kafka.bootstrapServers(), topic);
        store = plan().store();
        capture = new TestCapture(kafka.bootstrapServers(), topic, "GEN-A", SEED);
        capture.open(BASE, null);
    }

    @AfterEach
    void close() {
        capture.close();
        store.close();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void killedAtRandomItLeavesWhatAnUndisturbedReplayLeaves() throws Exception {
        Random random = new Random(SEED);
        CompactorChild child = CompactorChild.start(plan());
        for (int life = 0; life < 6; life++) {
            write(Duration.ofMillis(2_500 + random.nextInt(3_000)));
            child.kill();
            write(Duration.ofMillis(random.nextInt(500)));
            child = CompactorChild.start(plan());
        }
        finish();
        try (CompactorChild last = child) {
            awaitArchive();
            assertThat(last.isAlive()).isTrue();
        }
        assertArchiveHoldsTheLog();
        MemoryStore undisturbed = new MemoryStore(InstantSource.system());
        try (KafkaLogs logs = new KafkaLogs(plan().settings());
                Workbench bench = new Workbench(directory)) {
            bench.fold(
                    logs.reader(TestCapture.PARTITION),
                    new CutPolicy(INTERVAL.toMillis(), plan().bytes()),
                    undisturbed);
        }
        assertThat(Workbench.contents(store)).isEqualTo(Workbench.contents(undisturbed));
    }

    @Test
    void levelsThatWereMadeBetweenDeathsAreThoseThatTheCheckpointsGive() throws Exception {
        Random random = new Random(SEED);
        CompactorChild child = CompactorChild.start(plan());
        for (int life = 0; life < 4; life++) {
            write(Duration.ofMillis(5_500 + random.nextInt(1_500)));
            child.kill();
            child = CompactorChild.start(plan());
        }
        finish();
        try (CompactorChild last = child;
                CompactorChild beside = CompactorChild.start(plan().as("beside", "two", INTERVAL))) {
            awaitArchive();
            MemoryStore checkpointsAlone =
                    Workbench.copyOf(store, name -> !name.matches(".*/m/[^/]+/([1-9]|synthetic)/.*"));
            try (Workbench bench = new Workbench(directory)) {
                bench.upkeep(checkpointsAlone);
            }
            List<String> expected = Workbench.mergedContents(checkpointsAlone);
            assertThat(expected).hasSizeGreaterThanOrEqualTo(3);
            eventually(SOON, () -> assertThat(Workbench.mergedContents(store)).isEqualTo(expected));
            assertThat(last.isAlive()).isTrue();
            assertThat(beside.isAlive()).isTrue();
        }
        assertArchiveHoldsTheLog();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void twoCompactorsWithDifferentIntervalsMakeOneUnbrokenChain() throws Exception {
        Plans plans = new Plans(plan());
        try (CompactorChild one = CompactorChild.start(plans.first());
                CompactorChild two = CompactorChild.start(plans.second())) {
            write(Duration.ofSeconds(15));
            finish();
            awaitArchive();
            assertThat(one.isAlive()).isTrue();
            assertThat(two.isAlive()).isTrue();
        }
        assertArchiveHoldsTheLog();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aFrozenCompactorThatWakesUpBesideItsSuccessorBreaksNothing() throws Exception {
        try (CompactorChild frozen = CompactorChild.start(plan().as("frozen", "one", INTERVAL))) {
            write(Duration.ofSeconds(6));
            frozen.signal("STOP");
            try (CompactorChild successor = CompactorChild.start(plan().as("frozen", "two", Duration.ofMillis(700)))) {
                write(Duration.ofSeconds(15));
                frozen.signal("CONT");
                write(Duration.ofSeconds(8));
                finish();
                awaitArchive();
                assertThat(successor.isAlive()).isTrue();
            }
        }
        assertArchiveHoldsTheLog();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aStoreThatIsAwayForLongCostsNeitherMembershipNorData() throws Exception {
        Map<String, String> impatient = Map.of("max.poll.interval.ms", "20000", "consumer.session.timeout.ms", "10000");
        try (MinioServer own = MinioServer.launch().withBucket("tidemark")) {
            store.close();
            store = plan(own).store();
            try (Compactor compactor = Compactor.start(settings("patient", impatient), store)) {
                write(Duration.ofSeconds(5));
                eventually(SOON, () -> assertThat(health(compactor).commits()).isPositive());
                Set<String> states = new HashSet<>();
                long commits = health(compactor).commits();
                own.pause();
                try {
                    long end = System.nanoTime() + OUTAGE.toNanos();
                    while (System.nanoTime() < end) {
                        for (int i = 0; i < 30; i++) {
                            capture.batch(16_000);
                        }
                        states.add(compactor.health().streams());
                        TimeUnit.MILLISECONDS.sleep(OUTAGE.toMillis() / LOOKS);
                    }
                    assertThat(compactor.health().paused()).isTrue();
                    assertThat(compactor.health().topicRetentionMillis())
                            .hasValue(Duration.ofDays(7).toMillis());
                    assertThat(health(compactor).phase()).isEqualTo(PartitionHealth.Phase.WAITING);
                } finally {
                    own.resume();
                }
                finish();
                awaitArchive();
                states.add(compactor.health().streams());
                assertThat(states).containsExactly("RUNNING");
                // The same folder all along: a rebalance would have begun another.
                assertThat(health(compactor).commits()).isGreaterThan(commits);
                assertThat(compactor.failure()).isNotDone();
            }
            assertArchiveHoldsTheLog();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aTopicThatIsDeletedAndMadeAgainWhileItRunsGoesOn() throws Exception {
        try (Compactor compactor = Compactor.start(settings("deleted", Map.of()), store)) {
            write(Duration.ofSeconds(3));
            finish();
            awaitArchive();
            TestCapture former = capture;
            former.close();
            TestCapture.deleteTopic(kafka.bootstrapServers(), topic);
            TimeUnit.SECONDS.sleep(5);
            eventually(SOON, () -> assertThatCode(() -> TestCapture.createTopic(kafka.bootstrapServers(), topic))
                    .doesNotThrowAnyException());
            capture = new TestCapture(kafka.bootstrapServers(), topic, "GEN-A", SEED + 1);
            capture.goOnAfter(former);
            write(Duration.ofSeconds(3));
            finish();
            // The topic's id is compared once a minute.
            eventually(SOON, () -> assertThat(lastRevision()).isEqualTo(capture.revision()));
            assertThat(compactor.failure()).isNotDone();
            assertThat(health(compactor).problem()).isEmpty();
        }
        assertArchiveHoldsTheLog();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void morePartitionsWhileItRunsAreTakenWithoutAHoleInTheOthers() throws Exception {
        try (Compactor compactor = Compactor.start(settings("growing", Map.of()), store);
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            write(Duration.ofSeconds(3));
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(8)))
                    .all()
                    .get();
            write(Duration.ofSeconds(3));
            finish();
            awaitArchive();
            assertThat(compactor.failure()).isNotDone();
            assertThat(health(compactor).problem()).isEmpty();
        }
        assertArchiveHoldsTheLog();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aRevisionOfThirtyMegabytesPassesThroughASmallHeap() throws Exception {
        try (CompactorChild child = CompactorChild.start(plan())) {
            write(Duration.ofSeconds(2));
            capture.wide(500_000, 61);
            finish();
            awaitArchive();
            assertThat(child.isAlive()).isTrue();
        }
        CheckpointManifest last = last();
        assertThat(last.getMembers()).hasSizeGreaterThan(1);
        assertThat(last.getMembers().stream()
                        .mapToLong(m -> m.getSegment().getRecords())
                        .sum())
                .isGreaterThanOrEqualTo(500_000);
    }

    private CompactorSettings settings(String installation, Map<String, String> streams) {
        return new CompactorSettings(
                installation,
                "one",
                topic,
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                streams,
                INTERVAL,
                1 << 20,
                directory.resolve("spool"));
    }

    private CompactorChild.Plan plan() {
        return plan(minio);
    }

    private CompactorChild.Plan plan(MinioServer server) {
        return new CompactorChild.Plan(
                kafka.bootstrapServers(),
                topic,
                topic,
                "one",
                server.endpoint(),
                server.accessKey(),
                server.secretKey(),
                "s3://tidemark/" + topic,
                INTERVAL,
                128 << 10,
                directory.resolve("spool"),
                "128m",
                Path.of("target", topic + ".log"));
    }

    private void write(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            capture.batch(100);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Lets time pass in the log, longer than any interval here, so that the last one is cut by whatever policy. */
    private void finish() throws InterruptedException {
        TimeUnit.SECONDS.sleep(2);
        capture.tick();
    }

    private void awaitArchive() {
        eventually(SOON, () -> assertThat(lastRevision()).isEqualTo(capture.revision()));
    }

    private long lastRevision() {
        return newest() == null || newest().head(0).isEmpty() ? 0 : last().getLast();
    }

    private CheckpointManifest last() {
        return newest().head(0).orElseThrow();
    }

    private GenerationCatalog newest() {
        return new ClusterArchive(store, TopicLog.CLUSTER).catalog().newest().orElse(null);
    }

    private void assertArchiveHoldsTheLog() {
        List<Change> archived = new ArrayList<>();
        long next = BASE + 1;
        for (CheckpointManifest manifest : Workbench.checkpoints(store)) {
            assertThat(manifest.getFirst()).isEqualTo(next);
            next = manifest.getLast() + 1;
            archived.addAll(Workbench.changes(store, manifest));
        }
        assertThat(archived).isEqualTo(capture.changes());
    }

    private static PartitionHealth health(Compactor compactor) {
        return compactor.health().partitions().stream()
                .filter(p -> p.partition() == TestCapture.PARTITION)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not assigned yet"));
    }

    /**
     * Two services that both hold every partition.
     *
     * @param base what they share
     */
    private record Plans(CompactorChild.Plan base) {
        CompactorChild.Plan first() {
            return base.as("first", "one", Duration.ofMillis(400));
        }

        CompactorChild.Plan second() {
            return base.as("second", "one", Duration.ofMillis(1_300));
        }
    }
}
