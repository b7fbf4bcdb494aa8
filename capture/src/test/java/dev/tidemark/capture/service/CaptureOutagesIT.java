package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@ExtendWith(OnSharedKafka.class)
class CaptureOutagesIT {
    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whileKafkaIsAwayChangesWaitOnDisk(TestInfo test) throws Exception {
        assertThat(captureThroughAnOutageOfKafka(test, 1L << 30)).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whenTheSpoolIsFullTheSameGenerationIsContinuedFromTheSource(TestInfo test) throws Exception {
        assertThat(captureThroughAnOutageOfKafka(test, 100_000)).isPositive();
    }

    /** Returns how many times the spool was full. */
    private long captureThroughAnOutageOfKafka(TestInfo test, long diskBytes) throws Exception {
        try (KafkaServer kafka = KafkaServer.launch();
                EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, store);
            CaptureSettings settings = place.settings(
                    EtcdSettings.of(etcd.endpoint()),
                    new CaptureSettings.Spool(scratch.resolve("spool"), 64 << 10, diskBytes));
            long full;
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                capture.await(1);
                CompletableFuture<Void> load = CompletableFuture.runAsync(
                        () -> workload.run(Plan.of(5_000).withRate(250)));
                capture.await(500);
                kafka.kill();
                Thread.sleep(8_000);
                kafka.start();
                load.get();
                capture.await(workload.oracle().lastRevision());
                full = capture.status().totals().reconnects().get(CaptureStatus.ReconnectCause.SPOOL_FULL);
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
            return full;
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aForeignRecordInTheTopicEndsTheGenerationThereAndCaptureGoesOnByItself(KafkaServer kafka, TestInfo test)
            throws Exception {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, store);
            CaptureSettings settings = place.settings(EtcdSettings.of(etcd.endpoint()));
            long last;
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                capture.await(1);
                workload.run(Plan.of(200));
                last = workload.oracle().lastRevision();
                capture.await(last);
                write(kafka, place.topic(), "hello".getBytes(StandardCharsets.UTF_8));
                workload.run(Plan.of(200));
                capture.await(workload.oracle().lastRevision());
            }
            // whoever starts next finds it too
            workload.run(Plan.of(200));
            try (RunningCapture successor = new RunningCapture(settings, store)) {
                successor.await(workload.oracle().lastRevision());
            }
            TopicReader topic = TopicReader.read(settings, scratch, TopicReader.Foreign.SKIPPED);
            assertThat(topic.generations).hasSize(2);
            GenerationEnd end = topic.newest().opened.previous();
            assertThat(end.cause()).isEqualTo(GenerationEnd.Cause.DISORDER);
            assertThat(end.lastRevision()).isEqualTo(last);
            CapturePlace.assertSame(topic.generations.get(0), workload.oracle(), last);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    private static void write(KafkaServer kafka, String topic, byte[] value) throws Exception {
        try (Producer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 2, null, value)).get();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void morePartitionsWhileItRunsChangeNothing(KafkaServer kafka, TestInfo test) throws Exception {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, store);
            CaptureSettings settings = place.settings(EtcdSettings.of(etcd.endpoint()));
            try (RunningCapture capture = new RunningCapture(settings, store);
                    Admin admin = Admin.create(Map.copyOf(settings.kafka()))) {
                capture.await(1);
                CompletableFuture<Void> load = CompletableFuture.runAsync(
                        () -> workload.run(Plan.of(3_000).withRate(300)));
                capture.await(500);
                admin.createPartitions(Map.of(place.topic(), NewPartitions.increaseTo(8)))
                        .all()
                        .get();
                load.get();
                capture.await(workload.oracle().lastRevision());
            }
            workload.run(Plan.of(200));
            try (RunningCapture successor = new RunningCapture(settings, store)) {
                successor.await(workload.oracle().lastRevision());
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aTopicThatIsDifferentIsRefusedWithEachDifferenceNamed(KafkaServer kafka, TestInfo test) throws Exception {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        CaptureSettings settings = place.settings(EtcdSettings.of("http://127.0.0.1:1"));
        try (Admin admin = Admin.create(Map.copyOf(settings.kafka()))) {
            NewTopic compacted = new NewTopic(place.topic(), 1, (short) 1)
                    .configs(Map.of("cleanup.policy", "compact", "retention.bytes", "1000", "retention.ms", "3600000"));
            admin.createTopics(List.of(compacted)).all().get();
        }
        try (RunningCapture capture = new RunningCapture(settings, store)) {
            assertThat(capture.error().getCause())
                    .isInstanceOfSatisfying(TidemarkException.class, e -> assertThat(e.failure())
                            .isEqualTo(Failure.REFUSED))
                    .hasMessageContaining("cleanup.policy is compact instead of delete")
                    .hasMessageContaining("message.timestamp.type is CreateTime instead of LogAppendTime")
                    .hasMessageContaining("retention.bytes is 1000 instead of -1")
                    .hasMessageContaining("retention.ms is 3600000 instead of 604800000 at least")
                    .hasMessageContaining("so there is no 2");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aTopicDeletedUnderCaptureBeginsAnewAsAnotherGeneration(KafkaServer kafka, TestInfo test) throws Exception {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            long lastInTheFirstTopic;
            CapturePlace place = new CapturePlace(kafka, test, scratch, store);
            try (RunningCapture capture = place.capture(etcd)) {
                capture.await(1);
                workload.run(Plan.of(200));
                lastInTheFirstTopic = workload.oracle().lastRevision();
                capture.await(lastInTheFirstTopic);
                try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                    admin.deleteTopics(List.of(place.topic())).all().get();
                }
                Thread.sleep(2_000);
                workload.run(Plan.of(200));
                Eventually.eventually(Duration.ofSeconds(90), () -> assertThat(
                                place.read(etcd).newest().last())
                        .isEqualTo(workload.oracle().lastRevision()));
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.newest().opened.previous().cause()).isEqualTo(GenerationEnd.Cause.TOPIC_LOST);
            assertThat(topic.newest().opened.previous().lastRevision()).isEqualTo(lastInTheFirstTopic);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }
}
