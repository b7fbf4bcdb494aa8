package dev.tidemark.capture.topic;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.service.CapturePlace;
import dev.tidemark.capture.service.CaptureProcess;
import dev.tidemark.capture.service.Load;
import dev.tidemark.capture.service.RunningCapture;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two captors of one cluster. */
class HotStandbyIT {
    private static final Logger LOG = LoggerFactory.getLogger(HotStandbyIT.class);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration TAKEN_OVER = Duration.ofSeconds(10);
    private static final Duration FROZEN = Duration.ofSeconds(20);
    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());
    private EtcdServer etcd;
    private Workload workload;
    private CapturePlace place;

    @BeforeAll
    static void startKafka() {
        kafka = KafkaServer.launch();
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @BeforeEach
    void startEtcd(TestInfo test) {
        etcd = EtcdServer.launch(EtcdVersion.V3_6);
        workload = Workload.on(etcd.endpoint());
        place = new CapturePlace(kafka, test, scratch, store);
    }

    @AfterEach
    void stopEtcd() {
        workload.close();
        etcd.close();
    }

    @Test
    void afterKill9OfTheLeaderTheStandbyCapturesWithinTenSecondsAndNothingIsLostOrRepeated() throws Exception {
        long seed = new Random().nextLong();
        LOG.info("seed {}", seed);
        Random random = new Random(seed);
        try (CaptureProcess first = leader("one")) {
            Load load = Load.on(workload, 200);
            try (CaptureProcess second = standby("two")) {
                awaitMore(300);
                Thread.sleep(random.nextInt(2_000));
                assertThat(takenOverAfter("kill -9", first::close)).isLessThan(TAKEN_OVER);
                try (CaptureProcess third = standby("three")) {
                    Thread.sleep(random.nextInt(2_000));
                    assertThat(takenOverAfter("kill -9", second::close)).isLessThan(TAKEN_OVER);
                    load.end();
                    awaitAll();
                    assertThat(third.isAlive()).isTrue();
                }
            }
        }
        assertOneUnbrokenGeneration("seed " + seed);
    }

    @Test
    void aGracefulStopHandsOverAtOnceAndAJoiningStandbyNeverTakesTheCluster() throws Exception {
        try (RunningCapture second = captor("two")) {
            second.await(1);
            Load load = Load.on(workload, 300);
            try (RunningCapture first = captor("one");
                    RunningCapture third = captor("three")) {
                awaitStandbys(2);
                second.await(second.lastCommitted() + 500);
                assertThat(first.lastCommitted()).isZero();
                assertThat(third.lastCommitted()).isZero();
                assertThat(place.read(etcd).writers).hasSize(1);
                Duration took = takenOverAfter("a graceful stop", second::close);
                // Heartbeats come once a second, and these two cores do everything else too.
                assertThat(took).isLessThan(Duration.ofSeconds(3));
                load.end();
                awaitAll();
            }
        }
        assertThat(place.read(etcd).writers).hasSize(2);
        assertOneUnbrokenGeneration("");
    }

    @Test
    void aLeaderThatWakesUpBesideItsSuccessorWritesNothingNamesItAndEndsFenced() throws Exception {
        try (CaptureProcess first = leader("one");
                CaptureProcess second = standby("two")) {
            Load load = Load.on(workload, 200);
            awaitMore(300);
            long frozenAt = System.nanoTime();
            takenOverAfter("SIGSTOP", () -> signal(first, "STOP"));
            sleepUntil(frozenAt, FROZEN);
            signal(first, "CONT");
            assertThat(first.exitCode(SOON)).isEqualTo(Failure.FENCED.exitCode());
            load.end();
            awaitAll();
            String successor = place.read(etcd).writers.get(1);
            assertThat(first.log())
                    .contains("another instance (" + Captors.nameOf(successor) + ") captures cluster prod now");
            assertThat(second.isAlive()).isTrue();
        }
        assertThat(place.read(etcd).writers).hasSize(2);
        assertOneUnbrokenGeneration("");
    }

    @Test
    void aLeaderThatWasFrozenAloneGoesOnByItself() throws Exception {
        try (CaptureProcess only = leader("one")) {
            Load load = Load.on(workload, 200);
            awaitMore(300);
            long frozenAt = System.nanoTime();
            signal(only, "STOP");
            sleepUntil(frozenAt, FROZEN);
            signal(only, "CONT");
            awaitMore(300);
            load.end();
            awaitAll();
            assertThat(only.isAlive()).isTrue();
        }
        assertThat(place.read(etcd).writers).hasSize(1);
        assertOneUnbrokenGeneration("");
    }

    @Test
    void aLeaderWhoseProducerWasFencedByNobodyInTheGroupGoesOn() throws Exception {
        try (RunningCapture only = captor("one")) {
            only.await(1);
            CompletableFuture<Void> load =
                    CompletableFuture.runAsync(() -> workload.run(Plan.of(1_500).withRate(300)));
            only.await(300);
            try (KafkaProducer<byte[], byte[]> stranger = new KafkaProducer<>(KafkaClients.producer(settings("x")))) {
                stranger.initTransactions();
            }
            load.get();
            only.await(workload.oracle().lastRevision());
        }
        assertOneUnbrokenGeneration("");
    }

    @Test
    void aNeighboursOpenTransactionIsNoObstacleToATakeover() throws Exception {
        Map<String, Object> neighbour = new HashMap<>(KafkaClients.producer(settings("x")));
        neighbour.put("transactional.id", "neighbour");
        neighbour.put("transaction.timeout.ms", 120_000);
        try (CaptureProcess first = leader("one");
                CaptureProcess second = standby("two");
                KafkaProducer<byte[], byte[]> open = new KafkaProducer<>(neighbour)) {
            open.initTransactions();
            open.beginTransaction();
            open.send(new ProducerRecord<>(place.topic(), 3, null, "neighbour".getBytes(StandardCharsets.UTF_8)))
                    .get();
            Load load = Load.on(workload, 200);
            awaitMore(200);
            takenOverAfter("kill -9 beside an open transaction", first::close);
            load.end();
            awaitAll();
            assertThat(second.isAlive()).isTrue();
            open.abortTransaction();
        }
        assertOneUnbrokenGeneration("");
    }

    @Test
    void kafkaAwayForHalfAMinuteWhileTheSourceCompactsIsNoHole(TestInfo test) throws Exception {
        try (KafkaServer own = KafkaServer.launch()) {
            place = new CapturePlace(own, test, scratch, store);
            try (RunningCapture first = captor("one")) {
                first.await(1);
                try (RunningCapture second = captor("two")) {
                    awaitStandbys(1);
                    CompletableFuture<Void> load = CompletableFuture.runAsync(
                            () -> workload.run(Plan.of(9_000).withRate(200).withCompactionLag(800)));
                    first.await(300);
                    own.kill();
                    sleepUntil(System.nanoTime(), Duration.ofSeconds(30));
                    own.start();
                    load.get();
                    awaitAll();
                    assertThat(first.hasEnded() && second.hasEnded()).isFalse();
                }
            }
            LOG.info(
                    "Kafka was away: {} runs of writers",
                    place.read(etcd).writers.size());
            assertOneUnbrokenGeneration("");
        }
    }

    @Test
    void aSuccessorWaitsForTheSpoolOfAFrozenLeaderIfTheSourceHasCompactedIt(TestInfo test) throws Exception {
        try (KafkaServer own = KafkaServer.launch()) {
            place = new CapturePlace(own, test, scratch, store);
            try (CaptureProcess first = leader("one");
                    CaptureProcess second = standby("two")) {
                workload.run(Plan.of(300));
                awaitAll();
                own.kill();
                workload.run(Plan.of(2_000));
                workload.compact(workload.oracle().lastRevision() - 10);
                Thread.sleep(2_000);
                signal(first, "STOP");
                own.start();
                eventually(SOON, () -> assertThat(second.log()).contains("the captor before has 30 s to write more"));
                signal(first, "CONT");
                assertThat(first.exitCode(SOON)).isEqualTo(Failure.FENCED.exitCode());
                workload.run(Plan.of(300));
                awaitAll();
                assertThat(second.isAlive()).isTrue();
            }
            assertThat(place.read(etcd).writers).hasSize(2);
            assertOneUnbrokenGeneration("");
        }
    }

    @Test
    void aLeaderThatLostTheGroupGoesOnUntilItsSuccessorWritesForTheSourceCompactsAllAlong(TestInfo test)
            throws Exception {
        try (KafkaServer own = KafkaServer.launch()) {
            place = new CapturePlace(own, test, scratch, store);
            try (CaptureProcess first = leader("one");
                    CaptureProcess second = standby("two")) {
                Load load = Load.compacting(workload, 200, 1_000);
                awaitMore(200);
                own.kill();
                Thread.sleep(10_000);
                signal(first, "STOP");
                own.start();
                eventually(SOON, () -> assertThat(second.log()).contains("the captor before has 30 s to write more"));
                signal(first, "CONT");
                assertThat(first.exitCode(SOON)).isEqualTo(Failure.FENCED.exitCode());
                load.end();
                awaitAll();
                assertThat(second.isAlive()).isTrue();
            }
            assertOneUnbrokenGeneration("");
        }
    }

    @Test
    void theGroupsTopicIsMadeAnewWhenItIsDeletedUnderTheLeader() throws Exception {
        try (RunningCapture only = captor("one");
                Admin admin = Admin.create(KafkaClients.admin(settings("x")))) {
            only.await(1);
            String topic = KafkaClients.captureId(settings("x"));
            admin.deleteTopics(List.of(topic)).all().get();
            eventually(SOON, () -> assertThat(topics(admin)).doesNotContain(topic));
            eventually(SOON, () -> assertThat(topics(admin)).contains(topic));
            workload.run(Plan.of(300));
            only.await(workload.oracle().lastRevision());
        }
        assertOneUnbrokenGeneration("");
    }

    @Test
    void aSpoolDirectoryBelongsToOneCaptor() throws Exception {
        try (RunningCapture first = captor("same")) {
            first.await(1);
            try (RunningCapture second = captor("same")) {
                assertThat(second.error()).hasMessageContaining("is used by another capture");
            }
        }
    }

    private static Set<String> topics(Admin admin) {
        return admin.listTopics()
                .names()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private CaptureProcess leader(String spool) {
        CaptureProcess process = start(spool);
        eventually(SOON, () -> {
            assertThat(process.isAlive()).as(process.log()).isTrue();
            assertThat(process.log()).contains("watching ");
        });
        return process;
    }

    private CaptureProcess standby(String spool) {
        CaptureProcess process = start(spool);
        awaitStandbys(1);
        eventually(SOON, () -> assertThat(process.log()).contains("this captor (", ") stands by"));
        return process;
    }

    private CaptureProcess start(String spool) {
        return CaptureProcess.start(spool, etcd.endpoint(), place.kafka().bootstrapServers(), place.topic(), scratch);
    }

    private RunningCapture captor(String spool) {
        return new RunningCapture(settings(spool), store);
    }

    private CaptureSettings settings(String spool) {
        return place.settings(
                EtcdSettings.of(etcd.endpoint()), new CaptureSettings.Spool(scratch.resolve(spool), 1 << 20, 1L << 30));
    }

    private void awaitStandbys(int standbys) {
        try (Captors captors = new Captors(settings("x"), "nobody")) {
            eventually(SOON, () -> {
                Captors.Roll roll = captors.now();
                assertThat(roll.waiting()).hasSize(standbys);
                assertThat(roll.holder()).isPresent();
            });
        }
    }

    /**
     * Does something to the leader, and measures until the broker has taken newer revisions of another instance: by its own
     * clock, for looking takes time too.
     */
    private Duration takenOverAfter(String what, Runnable end) {
        TopicTail.End before = tail();
        long begun = System.currentTimeMillis();
        end.run();
        eventually(SOON, () -> {
            TopicTail.End now = tail();
            assertThat(now.writer()).isNotEqualTo(before.writer());
            assertThat(now.state().last()).isGreaterThan(before.state().last());
        });
        String successor = tail().writer();
        // its first word is only a tick
        long captured = Eventually.until(
                        SOON, () -> place.read(etcd).firstRevisionsAt, first -> first.containsKey(successor))
                .get(successor);
        Duration took = Duration.ofMillis(captured - begun);
        LOG.info("taken over {} ms after {}", took.toMillis(), what);
        assertThat(took).as(story()).isLessThan(TAKEN_OVER.multipliedBy(2));
        return took;
    }

    /** What the captors' processes have written last. */
    private String story() {
        StringBuilder story = new StringBuilder();
        for (String spool : List.of("one", "two", "three")) {
            try {
                List<String> lines = Files.readAllLines(scratch.resolve(spool + ".log"));
                story.append(String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size())))
                        .append('\n');
            } catch (IOException e) {
                LOG.debug("captor {} runs in this process", spool, e);
            }
        }
        return story.toString();
    }

    private void awaitMore(long revisions) {
        long before = tail().state().last();
        eventually(SOON, () -> assertThat(tail().state().last()).isGreaterThan(before + revisions));
    }

    private void awaitAll() {
        eventually(SOON, () -> assertThat(tail().state().last())
                .isEqualTo(workload.oracle().lastRevision()));
    }

    private TopicTail.End tail() {
        return new TopicTail(settings("."), new TopicPlace(place.topic(), "", 2)).read(TopicTail.Upto.STABLE);
    }

    private void assertOneUnbrokenGeneration(String as) {
        TopicReader topic = place.read(etcd);
        assertThat(topic.generations).as(as).hasSize(1);
        CapturePlace.assertSame(topic.newest(), workload.oracle());
    }

    private static void signal(CaptureProcess process, String name) {
        try {
            process.signal(name);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void sleepUntil(long since, Duration passed) throws InterruptedException {
        Thread.sleep(Math.max(
                0,
                passed.toMillis() - Duration.ofNanos(System.nanoTime() - since).toMillis()));
    }
}
