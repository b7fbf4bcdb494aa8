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
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.sandbox.workload.Workload;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OnSharedKafka.class)
class CaptureIT {
    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @BeforeAll
    static void takeKafka(KafkaServer shared) {
        kafka = shared;
    }

    @Test
    void theTopicHoldsWhateverEtcdAllows(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, "--max-txn-ops=20000");
                Workload workload = Workload.on(etcd.endpoint());
                RunningCapture capture = capture(etcd, test)) {
            capture.await(1);
            long lease = workload.grant(Duration.ofSeconds(4711));
            workload.write(put("leased", "held", lease));
            workload.write(new Request.Put(new byte[] {0}, new byte[0], 0));
            workload.write(new Request.Put(new byte[] {0, (byte) 0xff, 0}, new byte[] {0}, 0));
            workload.write(new Request.Put(new byte[] {(byte) 0xff, (byte) 0xff}, bytes(1_400_000), 0));
            workload.write(new Request.Put("large".getBytes(StandardCharsets.UTF_8), bytes(1_500_000), 0));
            workload.write(Request.Transaction.of(List.of(
                    Request.Transaction.of(List.of(put("twice", "put", 0))),
                    Request.Transaction.of(List.of(Request.DeleteRange.key(key("twice")))))));
            List<Request.Operation> many = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                many.add(put("many/" + i, "value " + i, 0));
            }
            workload.write(Request.Transaction.of(many));
            for (int run = 0; run < 10; run++) {
                List<Request.Operation> doomed = new ArrayList<>();
                for (int i = 0; i < 10_000; i++) {
                    doomed.add(put("doomed/with/a/rather/long/name/" + run + "/" + i, "", 0));
                }
                workload.write(Request.Transaction.of(doomed));
            }
            workload.write(new Request.DeleteRange(key("doomed/"), key("doomed0")));
            long last = workload.write(new Request.Revoke(lease));
            capture.await(last);

            TopicReader topic = read(etcd, test);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
            assertThat(topic.newest().leases).containsEntry(lease, List.of(4711L));
            assertThat(topic.largestRecord).isLessThan(900_000);
        }
    }

    @Test
    void abruptEndsUnderLoadLoseAndRepeatNothing(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            Thread load = new Thread(() -> workload.run(Plan.of(6_000).withRate(400)));
            try (RunningCapture first = capture(etcd, test)) {
                first.await(1);
                load.start();
                first.await(500);
            }
            for (int restart = 1; restart < 4; restart++) {
                try (RunningCapture next = capture(etcd, test)) {
                    next.await(500 + restart * 1_000L);
                }
            }
            join(load);
            try (RunningCapture last = capture(etcd, test)) {
                last.await(workload.oracle().lastRevision());
            }

            TopicReader topic = read(etcd, test);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    @Test
    void aLongBacklogIsTakenFromASnapshotInTheSameGeneration(TestInfo test) throws IOException {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            workload.run(Plan.of(300));
            try (RunningCapture first = capture(etcd, test)) {
                first.await(workload.oracle().lastRevision());
            }
            workload.run(Plan.of(22_000));
            long snapshots = snapshotsOf(etcd);
            try (RunningCapture second = capture(etcd, test)) {
                second.await(workload.oracle().lastRevision());
            }

            assertThat(snapshotsOf(etcd)).isGreaterThan(snapshots);
            TopicReader topic = read(etcd, test);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    /** How many snapshots a server has given out, by its own count. */
    private static long snapshotsOf(EtcdServer etcd) throws IOException {
        try (InputStream metrics =
                URI.create(etcd.metricsUrl() + "/metrics").toURL().openStream()) {
            return new String(metrics.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("grpc_server_handled_total{") && line.contains("\"Snapshot\""))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    @Test
    void aCompactionThatOvertakesAStoppedCaptureEndsTheGenerationWithTheExactHole(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            workload.run(Plan.of(400));
            long last;
            try (RunningCapture first = capture(etcd, test)) {
                last = workload.oracle().lastRevision();
                first.await(last);
            }
            workload.run(Plan.of(600));
            long compacted = workload.oracle().lastRevision() - 100;
            workload.compact(compacted);
            try (RunningCapture second = place(test).captureAlone(etcd)) {
                second.await(workload.oracle().lastRevision());
                long more = workload.write(put("after", "the hole", 0));
                second.await(more);
            }

            TopicReader topic = read(etcd, test);
            assertThat(topic.generations).hasSize(2);
            GenerationEnd end = topic.newest().opened.previous();
            assertThat(end.generation())
                    .isEqualTo(topic.generations.get(0).opened.generation());
            assertThat(end.cause()).isEqualTo(GenerationEnd.Cause.COMPACTED);
            assertThat(end.lastRevision()).isEqualTo(last);
            assertThat(end.holeFirst()).isEqualTo(last + 1);
            assertThat(end.holeLast()).isEqualTo(compacted - 1);
            CapturePlace.assertSame(topic.generations.get(0), workload.oracle(), last);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    @Test
    void aLeaseThatComesBackToLifeIsAskedAgainAndOneThatIsGoneIsUnknown(TestInfo test) {
        long revived = 0x77;
        long gone = 0x78;
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            try (RunningCapture capture = capture(etcd, test)) {
                capture.await(1);
                capture.await(
                        workload.expire(revived, Duration.ofSeconds(3), List.of(put("a", "first life", revived))));
                workload.grant(revived, Duration.ofSeconds(4711));
                capture.await(workload.write(put("a", "second life", revived)));
            }
            // then only one lease has keys whose end nobody asks for
            workload.write(Request.DeleteRange.key(key("a")));
            workload.expire(gone, Duration.ofSeconds(3), List.of(put("b", "while nobody looks", gone)));
            try (RunningCapture capture = capture(etcd, test)) {
                capture.await(workload.oracle().lastRevision());
            }
            TopicReader topic = read(etcd, test);
            assertThat(topic.newest().leases)
                    .containsEntry(revived, List.of(3L, 4711L))
                    .containsEntry(gone, List.of(LeaseTtl.UNKNOWN));
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    @Test
    void aQuietSourceProvesItsProgressAndTimeTravelsWhenItIsGone(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint());
                RunningCapture capture = capture(etcd, test)) {
            long last = workload.write(put("only", "one", 0));
            capture.await(last);
            Eventually.eventually(
                    Duration.ofSeconds(30),
                    () -> assertThat(read(etcd, test).newest().progress).isEqualTo(last));
            etcd.kill();
            int before = read(etcd, test).newest().ticks;
            Eventually.eventually(
                    Duration.ofSeconds(30),
                    () -> assertThat(read(etcd, test).newest().ticks).isGreaterThan(before + 2));
            etcd.start();
            long after = etcd.etcdctl("put", "back", "again").isEmpty() ? 0 : last + 1;
            capture.await(after);
        }
    }

    @Test
    void anUnreachableEtcdFailsTheStartWithinSeconds(TestInfo test) throws Exception {
        EtcdSettings nowhere = EtcdSettings.of("http://127.0.0.1:1");
        long begun = System.nanoTime();
        try (RunningCapture capture = new RunningCapture(place(test).settings(nowhere), store)) {
            assertThat(capture.error().getCause())
                    .isInstanceOfSatisfying(TidemarkException.class, e -> assertThat(e.failure())
                            .isEqualTo(Failure.UNAVAILABLE));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
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

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Request.Put put(String key, String value, long lease) {
        return new Request.Put(key(key), key(value), lease);
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(int length) {
        byte[] all = new byte[length];
        for (int i = 0; i < length; i++) {
            all[i] = (byte) (i * 31 + i / 255);
        }
        return all;
    }
}
