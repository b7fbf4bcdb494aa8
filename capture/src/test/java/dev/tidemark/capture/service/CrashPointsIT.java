package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.sandbox.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Capture dies at every step of its work, and at random moments; whoever comes next loses and repeats nothing. */
class CrashPointsIT {
    /** A member gives a request 5 s and two of these, and on a busy machine deleting a million keys takes longer than usual. */
    private static final String ELECTION = "--election-timeout=5000";

    private static final String HEARTBEAT = "--heartbeat-interval=500";
    /** {@code -Dkills=100} for more. */
    private static final int KILLS = Integer.getInteger("kills", 12);

    private static final String HEAP = "-Xmx256m";
    private static final int MANY_KEYS = 1_000_000;
    private static final int KEYS_OF_A_PUT = 10_000;

    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    @BeforeAll
    static void startKafka() {
        kafka = KafkaServer.launch();
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @Test
    void deathAtAnyStepLosesAndRepeatsNothing(TestInfo test) throws Exception {
        long seed = Long.getLong("crash.seed", new Random().nextLong());
        Random random = new Random(seed);
        System.out.println("crash.seed=" + seed);
        surviveDeaths(test, (etcd, place) -> {
            List<CrashingCapture.Step> steps = new ArrayList<>(List.of(CrashingCapture.Step.values()));
            // in this test no transaction is large
            steps.remove(CrashingCapture.Step.BETWEEN_THE_RECORDS_OF_A_LARGE_TRANSACTION);
            Collections.shuffle(steps.subList(0, 4), random);
            // the base's steps come first: once it is announced they don't come again
            Collections.rotate(steps, 3);
            for (CrashingCapture.Step step : steps) {
                int unharmed = step.isInTheArchive() || step == CrashingCapture.Step.BEFORE_THE_BASE_IS_ANNOUNCED
                        ? 0
                        : random.nextInt(20);
                CrashingCapture.untilDead(
                        HEAP, step, unharmed, etcd.endpoint(), kafka.bootstrapServers(), place.topic(), scratch);
            }
        });
    }

    @Test
    void deathAtRandomMomentsLosesAndRepeatsNothing(TestInfo test) throws Exception {
        long seed = Long.getLong("crash.seed", new Random().nextLong());
        Random random = new Random(seed);
        System.out.println("crash.seed=" + seed + ", kills=" + KILLS);
        surviveDeaths(test, (etcd, place) -> {
            long captured = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                long before = captured;
                try (CaptureProcess process =
                        CaptureProcess.start(etcd.endpoint(), kafka.bootstrapServers(), place.topic(), scratch)) {
                    // every third one dies before it has captured anything new
                    if (kill % 3 != 2) {
                        Eventually.eventually(Duration.ofMinutes(1), () -> {
                            assertThat(process.isAlive()).isTrue();
                            assertThat(lastIn(place, etcd)).isGreaterThan(before);
                        });
                    }
                    sleep(random.nextInt(1_500));
                }
                captured = lastIn(place, etcd);
            }
        });
    }

    /** One revision of so many changes is one transaction of dozens of records: all of it, or nothing. */
    @Test
    void deathBetweenTheRecordsOfAMillionKeysDeletedAtOnceLosesAndRepeatsNothing(TestInfo test) {
        String heap = "-Xmx1g";
        try (EtcdServer etcd =
                        EtcdServer.launch(EtcdVersion.V3_6, "--max-txn-ops=" + KEYS_OF_A_PUT, HEARTBEAT, ELECTION);
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, new MemoryStore(InstantSource.system()));
            for (int first = 0; first < MANY_KEYS; first += KEYS_OF_A_PUT) {
                workload.write(Request.Transaction.of(IntStream.range(first, first + KEYS_OF_A_PUT)
                        .<Request.Operation>mapToObj(i -> new Request.Put(doomed(i), new byte[0], 0))
                        .toList()));
            }
            try (CaptureProcess process = CaptureProcess.start(
                    heap, "spool", etcd.endpoint(), kafka.bootstrapServers(), place.topic(), scratch)) {
                Eventually.eventually(Duration.ofMinutes(2), () -> {
                    assertThat(process.isAlive()).as(process.log()).isTrue();
                    assertThat(lastIn(place, etcd)).isPositive();
                    assertThat(place.read(etcd).newest().bases).isNotEmpty();
                });
            }
            long last = workload.write(new Request.DeleteRange(doomed(0), doomed(MANY_KEYS)));
            for (int records : List.of(5, 15)) {
                CrashingCapture.untilDead(
                        heap,
                        CrashingCapture.Step.BETWEEN_THE_RECORDS_OF_A_LARGE_TRANSACTION,
                        records,
                        etcd.endpoint(),
                        kafka.bootstrapServers(),
                        place.topic(),
                        scratch);
                assertThat(lastIn(place, etcd)).isLessThan(last);
            }
            try (CaptureProcess process = CaptureProcess.start(
                    heap, "spool", etcd.endpoint(), kafka.bootstrapServers(), place.topic(), scratch)) {
                Eventually.eventually(Duration.ofMinutes(2), () -> {
                    assertThat(process.isAlive()).as(process.log()).isTrue();
                    assertThat(lastIn(place, etcd)).as(process.log()).isEqualTo(last);
                });
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            assertThat(topic.newest().changes).hasSize(MANY_KEYS);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    private static byte[] doomed(int number) {
        return "doomed/%07d".formatted(number).getBytes(StandardCharsets.UTF_8);
    }

    private void surviveDeaths(TestInfo test, Deaths deaths) throws Exception {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, new MemoryStore(InstantSource.system()));
            workload.run(Plan.of(3_000));
            Load load = Load.on(workload, 150);
            try {
                deaths.of(etcd, place);
            } finally {
                load.end();
            }
            try (CaptureProcess process =
                    CaptureProcess.start(etcd.endpoint(), kafka.bootstrapServers(), place.topic(), scratch)) {
                Eventually.eventually(Duration.ofMinutes(1), () -> {
                    assertThat(process.isAlive()).isTrue();
                    assertThat(lastIn(place, etcd)).isEqualTo(workload.oracle().lastRevision());
                    assertThat(place.read(etcd).newest().bases).isNotEmpty();
                });
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            WatchProperties.assertHold(topic.newest(), workload.oracle());
        }
    }

    /** The last revision in the topic; 0 before there is one. */
    private static long lastIn(CapturePlace place, EtcdServer etcd) {
        TopicReader topic = place.read(etcd);
        return topic.generations.isEmpty() ? 0 : topic.newest().last();
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private interface Deaths {
        void of(EtcdServer etcd, CapturePlace place);
    }
}
