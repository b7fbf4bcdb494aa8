package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationDraft;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Oracle;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.TestInfo;

/**
 * Where one test captures to: a topic of its own name.
 *
 * @param scratch a directory of the test's own
 */
public record CapturePlace(KafkaServer kafka, TestInfo test, Path scratch, ObjectStore store) {
    private static final Duration SHORT_HANDOVER = Duration.ofSeconds(3);

    public RunningCapture capture(EtcdServer etcd) {
        return new RunningCapture(settings(EtcdSettings.of(etcd.endpoint())), store);
    }

    /** One that does not wait long for what a captor before it could still write, as there is none. */
    public RunningCapture captureAlone(EtcdServer etcd) {
        return new RunningCapture(settings(EtcdSettings.of(etcd.endpoint())), store, SHORT_HANDOVER);
    }

    public TopicReader read(EtcdServer etcd) {
        return TopicReader.read(settings(EtcdSettings.of(etcd.endpoint())), scratch);
    }

    public CaptureSettings settings(EtcdSettings source) {
        return settings(source, CaptureSettings.Spool.in(scratch.resolve("spool")));
    }

    public CaptureSettings settings(EtcdSettings source, CaptureSettings.Spool spool) {
        return settings(source, kafka.bootstrapServers(), topic(), spool);
    }

    /** Waits until the newest generation's base is announced. */
    public void awaitBase(EtcdServer etcd) {
        Eventually.eventually(
                Duration.ofSeconds(30),
                () -> assertThat(read(etcd).newest().bases).isNotEmpty());
    }

    /** Gives a generation's newest base its manifest, as a compactor would. */
    public BaseDescriptor commitBase(TopicReader.Told told) {
        TopicEvent.BaseReady ready = told.bases.get(told.bases.size() - 1);
        return new ClusterArchive(store, "prod")
                .openGeneration(new GenerationDraft(
                        told.opened, new TopicPosition(topic(), "id", 2, 1L, -1), SegmentLimits.DEFAULT.policy(64)))
                .commitBase(ready.descriptor(), ready.descriptorSha256())
                .getBase();
    }

    public String topic() {
        return test.getTestMethod().orElseThrow().getName()
                + test.getDisplayName().replaceAll("[^A-Za-z0-9]", "");
    }

    public static CaptureSettings settings(
            String endpoint, String bootstrapServers, String topic, CaptureSettings.Spool spool) {
        return settings(EtcdSettings.of(endpoint), bootstrapServers, topic, spool);
    }

    private static CaptureSettings settings(
            EtcdSettings source, String bootstrapServers, String topic, CaptureSettings.Spool spool) {
        return new CaptureSettings(
                "prod",
                List.of(source),
                new CaptureSettings.Topic(topic, 2, 4, (short) 1),
                topic,
                Map.of("bootstrap.servers", bootstrapServers),
                Duration.ofSeconds(3),
                spool,
                CaptureSettings.NewSource.REFUSE);
    }

    public static void assertSame(TopicReader.Told told, Oracle oracle) {
        assertSame(told, oracle, oracle.lastRevision());
    }

    /** The generation holds exactly what the oracle knows, up to a revision, and its times are in order. */
    public static void assertSame(TopicReader.Told told, Oracle oracle, long last) {
        assertThat(told.last()).isEqualTo(last);
        int at = 0;
        long capturedAt = 0;
        for (long main = told.opened.baseRevision() + 1; main <= last; main++) {
            for (Change expected : oracle.changesOf(main)) {
                Change is = told.changes.get(at++);
                assertThat(is.sameContent(expected))
                        .as("%s is %s", expected, is)
                        .isTrue();
                assertThat(is.capturedAtMillis()).isGreaterThanOrEqualTo(capturedAt);
                assertThat(is.notBeforeMillis()).isBetween(1L, is.capturedAtMillis());
                capturedAt = is.capturedAtMillis();
            }
        }
        assertThat(at).isEqualTo(told.changes.size());
    }
}
