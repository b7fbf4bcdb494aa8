package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.KeyState;
import dev.tidemark.sandbox.workload.Oracle;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.LiveSet;
import dev.tidemark.schemas.avro.Member;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BaseIT {
    /** More than a watch may owe. */
    private static final int LARGE_BACKLOG = 21_000;

    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @BeforeAll
    static void startKafka() {
        kafka = KafkaServer.launch();
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void theBaseIsTheSourceAtItsRevisionAndAtItsCompaction(EtcdVersion version, TestInfo test) {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = EtcdServer.launch(version);
                Workload workload = Workload.on(etcd.endpoint())) {
            workload.run(Plan.of(3_000));
            long compacted = workload.oracle().lastRevision() - 700;
            workload.compact(compacted);
            CompletableFuture<Void> load =
                    CompletableFuture.runAsync(() -> workload.run(Plan.of(1_500).withRate(400)));
            TopicReader.Told told;
            try (RunningCapture capture = place.capture(etcd)) {
                capture.await(1);
                told = Eventually.until(Duration.ofSeconds(60), () -> place.read(etcd), read -> !read.newest()
                                .bases
                                .isEmpty())
                        .newest();
                load.join();
            }
            BaseDescriptor base = place.commitBase(told);
            assertThat(base.getRevision()).isEqualTo(told.opened.baseRevision());
            assertThat(base.getCompactRevision()).isEqualTo(compacted);
            assertThat(base.getSourceVersion()).isEqualTo(version.number());
            assertState(base, Member::getLive, base.getRevision(), workload.oracle());
            assertState(base, Member::getLiveAtCompaction, compacted, workload.oracle());
        }
    }

    @Test
    void whatNoWatchBroughtOfTheTimeBeforeTheSnapshotNeedNotComeAnyMore(TestInfo test) throws Exception {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            workload.run(Plan.of(300));
            BlindMember member = new BlindMember();
            CaptureSettings settings = place.settings(EtcdSettings.of(etcd.endpoint()));
            try (RunningCapture capture = new RunningCapture(settings, store, member::open)) {
                assertThat(member.isSnapshotAsked()).isTrue();
                workload.run(Plan.of(200));
                long taken = workload.oracle().lastRevision();
                member.letSnapshotsPass();
                place.awaitBase(etcd);
                // no watch could bring this any more
                workload.compact(taken);
                workload.run(Plan.of(200));
                member.letWatchesPass();
                capture.await(workload.oracle().lastRevision());
                assertThat(place.read(etcd).newest().opened.baseRevision()).isEqualTo(taken);
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    @Test
    void aSnapshotThatFailsDoesNotKeepTheWatchFromBringingALargeBacklog(TestInfo test) {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            workload.run(Plan.of(100));
            try (RunningCapture capture = place.capture(etcd)) {
                capture.await(1);
                place.awaitBase(etcd);
            }
            workload.run(Plan.of(LARGE_BACKLOG));
            BlindMember member = new BlindMember();
            member.letSnapshotsFail();
            member.letWatchesPass();
            CaptureSettings settings = place.settings(EtcdSettings.of(etcd.endpoint()));
            try (RunningCapture capture = new RunningCapture(settings, store, member::open)) {
                capture.await(workload.oracle().lastRevision());
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    private void assertState(BaseDescriptor base, Function<Member, LiveSet> which, long revision, Oracle oracle) {
        NavigableMap<byte[], KeyState> restored = new TreeMap<>(Arrays::compareUnsigned);
        for (Member member : base.getMembers()) {
            LiveSet live = which.apply(member);
            if (live == null) {
                continue;
            }
            Segment.open(store, "prod/", member.getSegment())
                    .scan(LiveSets.read(live, member.getSegment(), store, "prod/", "base"), change -> {
                        if (change.isTombstone()) {
                            assertThat(change.main()).isEqualTo(revision);
                        } else {
                            restored.put(
                                    change.key(),
                                    new KeyState(
                                            change.value(),
                                            change.createRevision(),
                                            change.main(),
                                            change.version(),
                                            change.lease()));
                        }
                    });
        }
        NavigableMap<byte[], KeyState> expected = oracle.stateAt(revision);
        assertThat(restored).hasSameSizeAs(expected);
        expected.forEach((key, state) -> assertThat(restored.get(key)).isEqualTo(state));
    }
}
