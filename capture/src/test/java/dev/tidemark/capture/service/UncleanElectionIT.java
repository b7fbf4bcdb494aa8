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
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of two replicas one was away; the other one alone has acknowledged what came then, and dies. A person makes the stale one
 * leader all the same, and what was acknowledged is gone.
 */
class UncleanElectionIT {
    private static final int PARTITION = 0;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());
    private KafkaCluster kafka;
    private EtcdServer etcd;
    private Workload workload;
    private CaptureSettings settings;

    @BeforeEach
    void startServers(TestInfo test) {
        kafka = KafkaCluster.launch();
        etcd = EtcdServer.launch(EtcdVersion.V3_6);
        workload = Workload.on(etcd.endpoint());
        settings = new CaptureSettings(
                "prod",
                List.of(EtcdSettings.of(etcd.endpoint())),
                new CaptureSettings.Topic(test.getTestMethod().orElseThrow().getName(), PARTITION, 1, (short) 2),
                "tidemark",
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                Duration.ofSeconds(3),
                CaptureSettings.Spool.in(scratch.resolve("spool")),
                CaptureSettings.NewSource.REFUSE);
    }

    @AfterEach
    void stopServers() {
        workload.close();
        etcd.close();
        kafka.close();
    }

    @Test
    void aRunningCaptureWritesAgainWhatTheSourceStillHas() {
        try (RunningCapture capture = new RunningCapture(settings, store)) {
            capture.await(1);
            int leader = leaveOneReplica(capture);
            elect(leader);
            workload.run(Plan.of(300).withRate(200));
            capture.await(workload.oracle().lastRevision());
            kafka.node(leader).start();
            kafka.awaitInSync();
            workload.run(Plan.of(300).withRate(200));
            capture.await(workload.oracle().lastRevision());
        }
        TopicReader topic = read();
        assertThat(topic.generations).hasSize(1);
        CapturePlace.assertSame(topic.newest(), workload.oracle());
    }

    @Test
    void whatTheSourceHasCompactedMeanwhileIsTheExactHoleAtTheGenerationsEnd() {
        int leader;
        try (RunningCapture capture = new RunningCapture(settings, store)) {
            capture.await(1);
            leader = leaveOneReplica(capture);
        }
        long acknowledged = workload.oracle().lastRevision();
        elect(leader);
        long left = read().newest().last();
        assertThat(left).isLessThan(acknowledged);
        workload.compact(acknowledged);
        workload.run(Plan.of(200));
        try (RunningCapture capture = new RunningCapture(settings, store)) {
            capture.await(workload.oracle().lastRevision());
        }
        TopicReader topic = read();
        assertThat(topic.generations).hasSize(2);
        GenerationEnd end = topic.newest().opened.previous();
        assertThat(end.cause()).isEqualTo(GenerationEnd.Cause.COMPACTED);
        assertThat(end.lastRevision()).isEqualTo(left);
        assertThat(end.holeFirst()).isEqualTo(left + 1);
        assertThat(end.holeLast()).isEqualTo(acknowledged - 1);
        CapturePlace.assertSame(topic.generations.get(0), workload.oracle(), left);
        CapturePlace.assertSame(topic.newest(), workload.oracle());
    }

    /** Has some revisions acknowledged by both replicas, and some by the leader alone; tells its number. */
    private int leaveOneReplica(RunningCapture capture) {
        workload.run(Plan.of(300).withRate(200));
        capture.await(workload.oracle().lastRevision());
        int leader = kafka.leader(settings.topic().name(), PARTITION);
        kafka.node(stale(leader)).kill();
        kafka.awaitAlone(leader, settings.topic().name(), PARTITION);
        workload.run(Plan.of(300).withRate(200));
        capture.await(workload.oracle().lastRevision());
        return leader;
    }

    private void elect(int leader) {
        int stale = stale(leader);
        kafka.node(leader).kill();
        kafka.node(stale).start();
        kafka.electUncleanly(stale, settings.topic().name(), PARTITION);
    }

    private int stale(int leader) {
        return kafka.replicas(settings.topic().name(), PARTITION).stream()
                .filter(number -> number != leader)
                .findFirst()
                .orElseThrow();
    }

    private TopicReader read() {
        return TopicReader.read(settings, scratch);
    }
}
