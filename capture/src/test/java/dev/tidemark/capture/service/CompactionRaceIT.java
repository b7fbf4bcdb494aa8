package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.sandbox.workload.Workload;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The source is compacted just where capture stands: before, at, and after the revision that it needs next. Half of these
 * tests wait for what a captor before might still write.
 */
@ExtendWith(OnSharedKafka.class)
class CompactionRaceIT {
    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @BeforeAll
    static void takeKafka(KafkaServer shared) {
        kafka = shared;
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aCompactionAtTheLastCapturedRevisionCostsNothing(EtcdVersion version, TestInfo test) {
        assertOneGeneration(version, test, Stopped.AT_A_PUT, 0);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aCompactionAtTheDeleteThatWasCapturedLastCostsNothing(EtcdVersion version, TestInfo test) {
        assertOneGeneration(version, test, Stopped.AT_A_DELETE, 0);
    }

    /** etcd may deliver half of the compact revision, or, if it is a delete, nothing of it: nobody may believe it. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aCompactionAtTheNextRevisionThoughItIsADeleteEndsTheGenerationWithoutAHole(
            EtcdVersion version, TestInfo test) {
        GenerationEnd end = secondGeneration(version, test, 1);
        assertThat(end.holeFirst()).isZero();
        assertThat(end.holeLast()).isZero();
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aCompactionBeyondTheNextRevisionEndsTheGenerationWithTheExactHole(EtcdVersion version, TestInfo test) {
        GenerationEnd end = secondGeneration(version, test, 2);
        assertThat(end.holeFirst()).isEqualTo(end.lastRevision() + 1);
        assertThat(end.holeLast()).isEqualTo(end.lastRevision() + 1);
    }

    private enum Stopped {
        AT_A_PUT,
        AT_A_DELETE
    }

    private void assertOneGeneration(EtcdVersion version, TestInfo test, Stopped at, long beyond) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Workload workload = Workload.on(etcd.endpoint())) {
            long last = captureUpTo(etcd, workload, test, at);
            writeOn(workload);
            workload.compact(last + beyond);
            TopicReader topic = captureRest(etcd, workload, test);
            assertThat(topic.generations).hasSize(1);
            WatchProperties.assertHold(topic.newest(), workload.oracle());
        }
    }

    private GenerationEnd secondGeneration(EtcdVersion version, TestInfo test, long beyond) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Workload workload = Workload.on(etcd.endpoint())) {
            long last = captureUpTo(etcd, workload, test, Stopped.AT_A_PUT);
            writeOn(workload);
            workload.compact(last + beyond);
            TopicReader topic = captureRest(etcd, workload, test);
            assertThat(topic.generations).hasSize(2);
            WatchProperties.assertHold(topic.generations.get(0), workload.oracle(), last);
            WatchProperties.assertHold(topic.newest(), workload.oracle());
            GenerationEnd end = topic.newest().opened.previous();
            assertThat(end.cause()).isEqualTo(GenerationEnd.Cause.COMPACTED);
            assertThat(end.lastRevision()).isEqualTo(last);
            return end;
        }
    }

    private long captureUpTo(EtcdServer etcd, Workload workload, TestInfo test, Stopped at) {
        try (RunningCapture capture = place(test).capture(etcd)) {
            capture.await(1);
            workload.run(Plan.of(200));
            workload.write(put("next to die"));
            long last = at == Stopped.AT_A_PUT
                    ? workload.write(put("last"))
                    : workload.write(Request.DeleteRange.key(key("next to die")));
            capture.await(last);
            return last;
        }
    }

    /** The first revision that nobody has captured is a delete where its key still lives. */
    private static void writeOn(Workload workload) {
        if (workload.oracle().stateAt(workload.oracle().lastRevision()).containsKey(key("next to die"))) {
            workload.write(Request.DeleteRange.key(key("next to die")));
        }
        workload.write(put("after"));
        workload.run(Plan.of(200));
    }

    private TopicReader captureRest(EtcdServer etcd, Workload workload, TestInfo test) {
        try (RunningCapture capture = place(test).captureAlone(etcd)) {
            capture.await(workload.oracle().lastRevision());
            capture.await(workload.write(put("at the end")));
        }
        return place(test).read(etcd);
    }

    private CapturePlace place(TestInfo test) {
        return new CapturePlace(kafka, test, scratch, store);
    }

    private static Request.Put put(String key) {
        return new Request.Put(key(key), key("value"), 0);
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
