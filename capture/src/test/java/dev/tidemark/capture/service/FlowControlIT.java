package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The broker is away while the source is written to at full rate and compacted all along: disk is used, not heap. */
class FlowControlIT {
    /** How long the broker is away, in seconds: {@code -Doutage=600} for ten minutes. */
    private static final int OUTAGE_SECONDS = Integer.getInteger("outage", 40);

    /** Writes per second; 0 is full rate. The oracle keeps all of them in memory: limit it for a long outage. */
    private static final int RATE = Integer.getInteger("outage.rate", 0);

    /** How far compactions stay behind: some seconds of writes, where Kubernetes gives five minutes of them. */
    private static final long COMPACTION_LAG = 50_000;

    @TempDir
    Path scratch;

    @Test
    void anOutageOfTheBrokerUnderFullLoadIsNoHoleAndNeedsNoHeap(TestInfo test) throws Exception {
        try (KafkaServer kafka = KafkaServer.launch();
                EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, "--quota-backend-bytes=8589934592");
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, new MemoryStore(InstantSource.system()));
            String log;
            try (CaptureProcess process = CaptureProcess.start(
                    "-Xmx128m", "spool", etcd.endpoint(), kafka.bootstrapServers(), place.topic(), scratch)) {
                Eventually.eventually(Duration.ofMinutes(1), () -> {
                    assertThat(process.isAlive()).isTrue();
                    assertThat(process.log()).contains("watching");
                });
                Plan plan = Plan.of(100_000_000)
                        .withTime(Duration.ofSeconds(OUTAGE_SECONDS + 10L))
                        .withRate(RATE)
                        .withCompactionLag(COMPACTION_LAG);
                CompletableFuture<Void> load = CompletableFuture.runAsync(() -> workload.run(plan));
                Thread.sleep(5_000);
                long inTopic = place.read(etcd).newest().last();
                kafka.kill();
                Thread.sleep(Duration.ofSeconds(OUTAGE_SECONDS).toMillis());
                kafka.start();
                load.get();
                long last = workload.oracle().lastRevision();
                // else nothing was at stake
                assertThat(workload.compactedRevision()).isGreaterThan(inTopic);
                System.out.printf("%d revisions while the broker was away for %d s%n", last, OUTAGE_SECONDS);
                Eventually.eventually(Duration.ofMinutes(5), () -> {
                    assertThat(process.isAlive()).as(process.log()).isTrue();
                    assertThat(place.read(etcd).newest().last()).isEqualTo(last);
                });
                log = process.log();
                assertThat(log).doesNotContain("OutOfMemoryError");
            }
            System.out.printf(
                    "%d times the watch was left for a snapshot%n",
                    log.lines()
                            .filter(line -> line.contains("delivers less than it writes"))
                            .count());
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).as(log).hasSize(1);
            WatchProperties.assertHold(topic.newest(), workload.oracle());
        }
    }
}
