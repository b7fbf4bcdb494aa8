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
import dev.tidemark.sandbox.faults.Direction;
import dev.tidemark.sandbox.faults.Fault;
import dev.tidemark.sandbox.faults.FaultPlan;
import dev.tidemark.sandbox.faults.FaultSchedule;
import dev.tidemark.sandbox.faults.TcpProxy;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The connection between capture and its source breaks in every way, under load; each schedule prints its seed. */
@ExtendWith(OnSharedKafka.class)
class ConnectionFaultsIT {
    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @BeforeAll
    static void takeKafka(KafkaServer shared) {
        kafka = shared;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void threeHundredCutsUnderLoadLoseAndRepeatNothing(TestInfo test) {
        FaultPlan cuts = FaultPlan.of(300).withPauses(Duration.ofMillis(400)).withFaults(Duration.ZERO);
        long cut = capture(test, EtcdVersion.V3_6, cuts, proxy -> List.of(cutOfSomething(proxy)));
        assertThat(cut).isGreaterThanOrEqualTo(300);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void everyKindOfBreakOnEveryVersionLosesAndRepeatsNothing(EtcdVersion version, TestInfo test) {
        FaultPlan plan = FaultPlan.of(30).withPauses(Duration.ofSeconds(1)).withFaults(Duration.ofMillis(1_500));
        capture(
                test,
                version,
                plan,
                proxy -> List.of(
                        Fault.cut(proxy),
                        Fault.outage(proxy),
                        Fault.stall(proxy),
                        Fault.stall(proxy, Direction.TO_CLIENT),
                        Fault.delay(proxy, Duration.ofMillis(150))));
    }

    /** Nothing arrives and nothing fails: only asking shows it. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aHalfOpenConnectionIsNoticedWithinHalfAMinute(TestInfo test) {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                TcpProxy proxy = TcpProxy.to(etcd.port());
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, store);
            try (RunningCapture capture = new RunningCapture(place.settings(through(proxy)), store)) {
                capture.await(1);
                workload.run(Plan.of(100));
                capture.await(workload.oracle().lastRevision());
                proxy.stall();
                workload.run(Plan.of(100));
                long accepted = proxy.counters().accepted();
                Eventually.eventually(
                        Duration.ofSeconds(30),
                        () -> assertThat(proxy.counters().accepted()).isGreaterThan(accepted));
                proxy.heal();
                capture.await(workload.oracle().lastRevision());
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            WatchProperties.assertHold(topic.newest(), workload.oracle());
        }
    }

    /** A cut that waits for a connection: capture may be pausing between two of its own. */
    private static Fault cutOfSomething(TcpProxy proxy) {
        return Fault.of(
                "cut of something " + proxy.address(),
                () -> Eventually.eventually(
                        Duration.ofSeconds(30), () -> assertThat(proxy.cut()).isPositive()),
                () -> {});
    }

    /** Returns how many connections were cut. */
    private long capture(TestInfo test, EtcdVersion version, FaultPlan plan, Breaks breaks) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                TcpProxy proxy = TcpProxy.to(etcd.port());
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, store);
            try (RunningCapture capture = new RunningCapture(place.settings(through(proxy)), store)) {
                capture.await(1);
                try (FaultSchedule faults = FaultSchedule.start(plan, breaks.of(proxy))) {
                    while (!faults.isOver()) {
                        CompletableFuture.runAsync(
                                        () -> workload.run(Plan.of(600).withRate(200)))
                                .join();
                    }
                    faults.await(Duration.ofMinutes(1));
                    assertThat(faults.done()).isEqualTo(plan.count());
                }
                capture.await(workload.oracle().lastRevision());
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            WatchProperties.assertHold(topic.newest(), workload.oracle());
            return proxy.counters().cut();
        }
    }

    private static EtcdSettings through(TcpProxy proxy) {
        return EtcdSettings.of("http://" + proxy.address());
    }

    private interface Breaks {
        List<Fault> of(TcpProxy proxy);
    }
}
