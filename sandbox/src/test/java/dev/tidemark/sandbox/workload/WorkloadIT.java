package dev.tidemark.sandbox.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.sandbox.EtcdCluster;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.SandboxException;
import dev.tidemark.sandbox.faults.FaultPlan;
import dev.tidemark.sandbox.faults.FaultSchedule;
import dev.tidemark.sandbox.workload.Request.DeleteRange;
import dev.tidemark.sandbox.workload.Request.Put;
import dev.tidemark.schemas.Change;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.options.GetOption;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkloadIT {
    private static final ByteSequence EVERYTHING = ByteSequence.from(new byte[] {0});

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void theOracleKnowsWhatEtcdAnswersAtAnyRevision(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Workload workload = Workload.on(etcd.endpoint())) {
            Plan plan = Plan.of(5_000);
            workload.run(plan);
            workload.run(plan.withSeed(plan.seed() + 1).withCompactionLag(1_500));

            Oracle oracle = workload.oracle();
            assertThat(oracle.lastRevision()).isGreaterThanOrEqualTo(10_001);
            assertThat(workload.compactedRevision()).isGreaterThan(5_000);
            Random random = new Random(plan.seed());
            for (int i = 0; i < 30; i++) {
                long compacted = workload.compactedRevision();
                assertSame(etcd, oracle, compacted + random.nextLong(oracle.lastRevision() + 1 - compacted));
            }
            assertSame(etcd, oracle, oracle.lastRevision());
        }
    }

    @Test
    void theWholeHistoryIsKnownWhereNothingIsCompacted() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            Plan plan = Plan.of(3_000);
            workload.run(plan);
            Random random = new Random(plan.seed());
            for (int i = 0; i < 30; i++) {
                assertSame(
                        etcd,
                        workload.oracle(),
                        1 + random.nextLong(workload.oracle().lastRevision()));
            }
        }
    }

    @Test
    void singleWritesOfAnySizeAreKnownToo() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, "--max-txn-ops=10000");
                Workload workload = Workload.on(etcd.endpoint())) {
            List<Request.Operation> puts = IntStream.range(0, 10_000)
                    .mapToObj(i -> (Request.Operation) new Put(key("many/" + i), key("v"), 0))
                    .toList();
            assertThat(workload.write(Request.Transaction.of(puts))).isEqualTo(2);
            assertThat(workload.write(new DeleteRange(key("many/"), key("many0"))))
                    .isEqualTo(3);
            assertThat(workload.oracle().changesOf(3)).hasSize(10_000).allMatch(Change::isTombstone);
            assertSame(etcd, workload.oracle(), 2);
            assertSame(etcd, workload.oracle(), 3);
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aLeaseComesBackWithAnotherTimeToLive(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Workload workload = Workload.on(etcd.endpoint())) {
            long id = 0x7cafe;
            long first = workload.expire(id, Duration.ofSeconds(2), List.of(new Put(key("a"), key("1"), id)));
            long second = workload.expire(id, Duration.ofSeconds(3), List.of(new Put(key("b"), key("2"), id)));
            assertThat(workload.oracle().changesOf(first)).containsExactly(Change.delete(first, 0, key("a"), 0, 0));
            assertThat(workload.oracle().changesOf(second)).containsExactly(Change.delete(second, 0, key("b"), 0, 0));
            workload.grant(id, Duration.ofHours(1));
            workload.write(new Put(key("c"), key("3"), id));
            assertThat(etcd.etcdctl("lease", "timetolive", "7cafe", "--keys")).contains("granted with TTL(3600s)");
            assertSame(etcd, workload.oracle(), workload.oracle().lastRevision());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void leasesComeBackInAWholeRunToo() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            Plan plan = Plan.of(2_000).withRate(200).withLeaseIds(Plan.LeaseIds.REVIVED);
            workload.run(plan);
            assertSame(etcd, workload.oracle(), workload.oracle().lastRevision());
        }
    }

    @Test
    void anEtcdThatGoesAwayEndsTheRunInsteadOfHangingIt() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            CompletableFuture<Void> run = CompletableFuture.runAsync(() -> workload.run(Plan.of(1_000_000)));
            try (EtcdClient client = new EtcdClient(List.of(etcd.endpoint()))) {
                Eventually.until(
                        Duration.ofSeconds(20), () -> Workload.await(client.revision()), revision -> revision > 200);
            }
            etcd.kill();
            assertThat(run)
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(SandboxException.class)
                    .withMessageContaining("no answer that it can count on");
        }
    }

    @Test
    void anAnswerMayHoldAWholeKeyspace() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            for (int i = 0; i < 5; i++) {
                workload.write(new Put(key("big/" + i), new byte[1_400_000], 0));
            }
            assertSame(etcd, workload.oracle(), 6);
        }
    }

    @Test
    void aRunEnduresTheDeathOfItsLeader() {
        try (EtcdCluster cluster = EtcdCluster.launch(EtcdVersion.V3_6);
                Workload workload = Workload.enduring(cluster.endpoints())) {
            FaultPlan faults = FaultPlan.of(3).withPauses(Duration.ofSeconds(3)).withFaults(Duration.ofSeconds(3));
            Plan plan = Plan.of(100_000).withRate(300).withTime(Duration.ofSeconds(25));
            try (FaultSchedule schedule =
                    FaultSchedule.start(faults, List.of(cluster.killing(cluster.leader()), cluster.isolating(0)))) {
                workload.run(plan);
                schedule.await(Duration.ofMinutes(1));
            }
            Oracle oracle = workload.oracle();
            Random random = new Random(plan.seed());
            for (int i = 0; i < 20; i++) {
                assertSame(cluster.endpoints().get(1), oracle, 1 + random.nextLong(oracle.lastRevision()));
            }
            assertSame(cluster.endpoints().get(1), oracle, oracle.lastRevision());
        }
    }

    @Test
    void aWriteOfSomebodyElseIsNoticed() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            etcd.etcdctl("put", "foreign", "value");
            assertThatThrownBy(() -> workload.write(new Put(key("own"), key("value"), 0)))
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining("nobody made revision 2");
        }
    }

    private static void assertSame(EtcdServer etcd, Oracle oracle, long revision) {
        assertSame(etcd.endpoint(), oracle, revision);
    }

    private static void assertSame(String endpoint, Oracle oracle, long revision) {
        try (EtcdClient client = new EtcdClient(List.of(endpoint))) {
            assertThat(oracle.stateAt(revision)).isEqualTo(etcdsState(client.kv(), revision));
        }
    }

    private static NavigableMap<byte[], KeyState> etcdsState(KV kv, long revision) {
        GetOption all =
                GetOption.builder().withRange(EVERYTHING).withRevision(revision).build();
        NavigableMap<byte[], KeyState> state = new TreeMap<>(Arrays::compareUnsigned);
        for (KeyValue one : Workload.await(kv.get(EVERYTHING, all)).getKvs()) {
            state.put(
                    one.getKey().getBytes(),
                    new KeyState(
                            one.getValue().getBytes(),
                            one.getCreateRevision(),
                            one.getModRevision(),
                            one.getVersion(),
                            one.getLease()));
        }
        return state;
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
