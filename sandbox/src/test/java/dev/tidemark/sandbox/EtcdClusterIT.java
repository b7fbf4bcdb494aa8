package dev.tidemark.sandbox;

import static dev.tidemark.sandbox.Eventually.eventually;
import static dev.tidemark.sandbox.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.sandbox.faults.FaultPlan;
import dev.tidemark.sandbox.faults.FaultSchedule;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class EtcdClusterIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static EtcdCluster cluster;

    @BeforeAll
    static void threeMembers() {
        cluster = EtcdCluster.launch(EtcdVersion.V3_6);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @Test
    void writesGoOnWithOneMemberGone() {
        int leader = cluster.leader();
        cluster.member(leader).kill();
        int next = cluster.leader();
        assertThat(next).isNotEqualTo(leader);
        put(next, "gone", "1");
        cluster.member(leader).start();
        eventually(SOON, () -> assertThat(local(leader, "gone")).isEqualTo("1"));
    }

    @Test
    void aMemberStopsGracefullyAndComesBack() {
        int follower = cluster.follower();
        cluster.member(follower).stop();
        put(cluster.leader(), "stopped", "1");
        cluster.member(follower).start();
        eventually(SOON, () -> assertThat(local(follower, "stopped")).isEqualTo("1"));
    }

    @Test
    void anIsolatedFollowerHearsNothingUntilItIsHealed() {
        int follower = cluster.follower();
        put(follower, "isolated", "before");
        cluster.isolate(follower);
        put(cluster.leader(), "isolated", "after");
        assertThat(local(follower, "isolated")).isEqualTo("before");
        assertThatThrownBy(() -> cluster.member(follower).etcdctl("get", "isolated", "--command-timeout=2s"))
                .isInstanceOf(SandboxException.class);
        assertThat(local(follower, "isolated")).isEqualTo("before");
        cluster.heal(follower);
        eventually(SOON, () -> assertThat(local(follower, "isolated")).isEqualTo("after"));
    }

    @Test
    void anIsolatedLeaderIsReplacedByTheOthers() {
        int old = cluster.leader();
        cluster.isolate(old);
        int next = until(SOON, cluster::leader, leader -> leader != old);
        put(next, "replaced", "1");
        assertThat(local(old, "replaced")).isEmpty();
        cluster.heal(old);
        eventually(SOON, () -> assertThat(local(old, "replaced")).isEqualTo("1"));
    }

    @Test
    void aSilencedLeaderIsHeardByTheOtherFollowerOnly() {
        int leader = cluster.leader();
        int deaf = (leader + 1) % 3;
        int hearing = (leader + 2) % 3;
        cluster.silence(leader, deaf);
        put(leader, "silenced", "1");
        eventually(SOON, () -> assertThat(local(hearing, "silenced")).isEqualTo("1"));
        assertThat(local(deaf, "silenced")).isEmpty();
        cluster.heal(deaf);
        eventually(SOON, () -> assertThat(local(deaf, "silenced")).isEqualTo("1"));
    }

    @Test
    void aWipedMemberComesBackWithEverything() {
        int member = cluster.follower();
        put(member, "wiped", "1");
        String id = cluster.etcdctl("member", "list");
        cluster.wipe(member);
        eventually(SOON, () -> assertThat(local(member, "wiped")).isEqualTo("1"));
        assertThat(cluster.etcdctl("member", "list")).isNotEqualTo(id);
        assertThat(cluster.etcdctl("member", "list").lines()).hasSize(3);
    }

    @Test
    void clientsGoThroughAProxyIfTheyWant() {
        List<String> proxied = cluster.proxiedEndpoints();
        assertThat(cluster.member(0).tools().etcdctl("--endpoints=" + proxied.get(1), "put", "proxied", "1"))
                .isEqualTo("OK\n");
        assertThat(cluster.clientProxy(1).counters().accepted()).isPositive();
    }

    @Test
    void isWholeAfterAScheduleOfFaults() {
        FaultPlan plan = FaultPlan.of(4).withFaults(Duration.ofSeconds(2));
        try (FaultSchedule schedule =
                FaultSchedule.start(plan, List.of(cluster.killing(0), cluster.isolating(1), cluster.isolating(2)))) {
            schedule.await(Duration.ofMinutes(2));
        }
        put(cluster.leader(), "whole", "1");
        IntStream.range(0, 3)
                .forEach(i ->
                        eventually(SOON, () -> assertThat(local(i, "whole")).isEqualTo("1")));
    }

    /** Written through one member; an election may be going on. */
    private static void put(int member, String key, String value) {
        until(
                SOON,
                () -> {
                    try {
                        return cluster.member(member).etcdctl("put", key, value, "--command-timeout=3s");
                    } catch (SandboxException notNow) {
                        return "";
                    }
                },
                "OK\n"::equals);
    }

    /** What this member itself holds, without its peers. */
    private static String local(int member, String key) {
        return cluster.member(member)
                .etcdctl("get", key, "--consistency=s", "--print-value-only")
                .strip();
    }
}
