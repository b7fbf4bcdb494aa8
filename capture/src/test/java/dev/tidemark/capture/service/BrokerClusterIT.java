package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaCluster;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers with three replicas of everything, of which any one may be gone. */
class BrokerClusterIT {
    private static KafkaCluster kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @BeforeAll
    static void startKafka() {
        kafka = KafkaCluster.launch();
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @Test
    void theBrokerThatLeadsThePartitionIsKilledWithoutLoss(TestInfo test) {
        capture(test, topic -> {
            int leader = kafka.leader(topic, 0);
            kafka.node(leader).kill();
            sleep(Duration.ofSeconds(5));
            kafka.node(leader).start();
            kafka.awaitInSync();
        });
    }

    @Test
    void aRollingRestartOfAllBrokersLosesAndRepeatsNothing(TestInfo test) {
        capture(test, topic -> kafka.rollingRestart());
    }

    private void capture(TestInfo test, Trouble trouble) {
        String topic = test.getTestMethod().orElseThrow().getName();
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            CaptureSettings settings = settings(etcd, topic);
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                capture.await(1);
                CompletableFuture<Void> troubled = CompletableFuture.runAsync(() -> trouble.with(topic));
                while (!troubled.isDone()) {
                    workload.run(Plan.of(600).withRate(200));
                }
                troubled.join();
                workload.run(Plan.of(600).withRate(200));
                capture.await(workload.oracle().lastRevision());
            }
            TopicReader read = TopicReader.read(settings, scratch);
            assertThat(read.generations).hasSize(1);
            WatchProperties.assertHold(read.newest(), workload.oracle());
        }
    }

    private CaptureSettings settings(EtcdServer etcd, String topic) {
        return new CaptureSettings(
                "prod",
                List.of(EtcdSettings.of(etcd.endpoint())),
                new CaptureSettings.Topic(topic, 0, 1, (short) 3),
                topic,
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                Duration.ofSeconds(3),
                CaptureSettings.Spool.in(scratch.resolve("spool")),
                CaptureSettings.NewSource.REFUSE);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private interface Trouble {
        void with(String topic);
    }
}
