package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.faults.TcpProxy;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.sandbox.workload.Workload;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The source's history becomes another one: restored, rolled back, or of another cluster. */
@ExtendWith(OnSharedKafka.class)
class ForksIT {
    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @BeforeAll
    static void takeKafka(KafkaServer shared) {
        kafka = shared;
    }

    @Test
    void aSourceRestoredWithTheSameFlagsAndOvertakenIsRecognised(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launchIn(scratch.resolve("etcd"), EtcdVersion.V3_6)) {
            long forked;
            try (Workload workload = Workload.on(etcd.endpoint())) {
                workload.run(Plan.of(50));
                forked = workload.oracle().lastRevision();
                keepCopy(etcd);
            }
            try (Workload workload = Workload.on(etcd.endpoint());
                    RunningCapture first = capture(etcd, test)) {
                first.await(forked);
                for (int i = 0; i < 20; i++) {
                    workload.write(put("key", "of the first history " + i));
                }
                first.await(forked + 20);
            }
            bringCopyBack(etcd);
            try (Workload workload = Workload.on(etcd.endpoint())) {
                for (int i = 0; i < 40; i++) {
                    workload.write(put("key", "of the second history " + i));
                }
                try (RunningCapture second = capture(etcd, test)) {
                    second.await(forked + 21);
                    Eventually.eventually(Duration.ofSeconds(60), () -> assertThat(read(etcd, test).generations)
                            .hasSize(2));
                }
            }
            GenerationEnd end = read(etcd, test).newest().opened.previous();
            assertThat(end.cause()).isEqualTo(GenerationEnd.Cause.SOURCE_REPLACED);
            assertThat(end.lastRevision()).isEqualTo(forked + 20);
        }
    }

    @Test
    void aForkIsRecognisedWhileCaptureRunsEvenBeforeItsFirstRevision(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launchIn(scratch.resolve("etcd"), EtcdVersion.V3_6)) {
            forked(etcd);
            try (RunningCapture capture = capture(etcd, test)) {
                capture.await(1);
                place(test).awaitBase(etcd);
                fork(etcd);
                Eventually.eventually(Duration.ofSeconds(60), () -> assertThat(read(etcd, test).generations)
                        .hasSize(2));
            }
            assertThat(read(etcd, test).newest().opened.previous().cause())
                    .isEqualTo(GenerationEnd.Cause.SOURCE_REPLACED);
        }
    }

    @Test
    void aForkIsRecognisedByTheBaseAloneAfterARestart(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launchIn(scratch.resolve("etcd"), EtcdVersion.V3_6)) {
            forked(etcd);
            try (RunningCapture capture = capture(etcd, test)) {
                capture.await(1);
                place(test).awaitBase(etcd);
            }
            place(test).commitBase(read(etcd, test).newest());
            fork(etcd);
            try (RunningCapture capture = capture(etcd, test)) {
                capture.await(2);
                Eventually.eventually(Duration.ofSeconds(60), () -> assertThat(read(etcd, test).generations)
                        .hasSize(2));
            }
            assertThat(read(etcd, test).newest().opened.previous().cause())
                    .isEqualTo(GenerationEnd.Cause.SOURCE_REPLACED);
        }
    }

    @Test
    void aSourceRolledBackBehindTheTopicsEndIsRecognisedByWhoeverStartsNext(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launchIn(scratch.resolve("etcd"), EtcdVersion.V3_6)) {
            write(etcd, "of both histories", 40);
            keepCopy(etcd);
            write(etcd, "of the first history", 60);
            try (RunningCapture capture = capture(etcd, test)) {
                capture.await(101);
                write(etcd, "of the first history", 20);
                capture.await(121);
            }
            bringCopyBack(etcd);
            try (RunningCapture capture = capture(etcd, test)) {
                Eventually.eventually(Duration.ofSeconds(60), () -> {
                    assertThat(capture.hasEnded()).isFalse();
                    assertThat(read(etcd, test).generations).hasSize(2);
                });
            }
            GenerationEnd end = read(etcd, test).newest().opened.previous();
            assertThat(end.cause()).isEqualTo(GenerationEnd.Cause.SOURCE_REPLACED);
            assertThat(end.lastRevision()).isEqualTo(121);
        }
    }

    @Test
    void anotherClusterAtTheSameAddressEndsTheGenerationByName(TestInfo test) {
        try (EtcdServer one = EtcdServer.launch(EtcdVersion.V3_6);
                EtcdServer other = EtcdServer.launch(EtcdVersion.V3_6)) {
            AtomicInteger behind = new AtomicInteger(one.port());
            try (TcpProxy address = TcpProxy.routing(client -> behind.get());
                    RunningCapture capture = new RunningCapture(
                            place(test).settings(EtcdSettings.of("http://" + address.address())), store)) {
                capture.await(1);
                write(one, "of the one", 40);
                capture.await(41);
                write(other, "of the other", 60);
                behind.set(other.port());
                address.cut();
                Eventually.eventually(Duration.ofSeconds(60), () -> assertThat(read(one, test).generations)
                        .hasSize(2));
                write(other, "of the other again", 10);
                capture.await(71);
            }
            TopicReader topic = read(one, test);
            GenerationEnd end = topic.newest().opened.previous();
            assertThat(end.cause()).isEqualTo(GenerationEnd.Cause.SOURCE_REPLACED);
            assertThat(end.lastRevision()).isEqualTo(41);
            assertThat(topic.generations.get(0).opened.sourceClusterId())
                    .isNotEqualTo(topic.newest().opened.sourceClusterId());
            assertThat(topic.generations.get(0).changes)
                    .allMatch(change -> value(change).startsWith("of the one"));
            assertThat(topic.newest().changes).allMatch(change -> value(change).startsWith("of the other"));
        }
    }

    private static String value(Change change) {
        return new String(change.value(), StandardCharsets.UTF_8);
    }

    /** Two histories with the same beginning and the same ids: the first runs, the other waits in a snapshot. */
    private void forked(EtcdServer etcd) {
        write(etcd, "of both histories", 40);
        keepCopy(etcd);
        write(etcd, "of the first history", 20);
    }

    private void keepCopy(EtcdServer etcd) {
        etcd.etcdctl("snapshot", "save", copy().toString());
    }

    /** Restores by etcdutl, with the flags that the source was first started with: all ids stay. */
    private void bringCopyBack(EtcdServer etcd) {
        // a stop would wait for the watches, and its data go anyway
        etcd.kill();
        etcd.restoreInPlace(copy());
    }

    private Path copy() {
        return scratch.resolve("copy.db");
    }

    private void fork(EtcdServer etcd) {
        bringCopyBack(etcd);
        write(etcd, "of the second history", 40);
    }

    private static void write(EtcdServer etcd, String value, int times) {
        try (Workload workload = Workload.on(etcd.endpoint())) {
            for (int i = 0; i < times; i++) {
                workload.write(put("key", value + i));
            }
        }
    }

    private RunningCapture capture(EtcdServer etcd, TestInfo test) {
        return place(test).capture(etcd);
    }

    private TopicReader read(EtcdServer etcd, TestInfo test) {
        return place(test).read(etcd);
    }

    private CapturePlace place(TestInfo test) {
        return new CapturePlace(kafka, test, scratch, store);
    }

    private static Request.Put put(String key, String value) {
        return new Request.Put(bytes(key), bytes(value), 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
