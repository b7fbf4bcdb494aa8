package dev.tidemark.sandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** etcd's own load generator, {@code benchmark}, at a pinned version. Thread-safe. */
public final class LoadGenerator {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Located located;

    private LoadGenerator(Located located) {
        this.located = located;
    }

    /** The generator of this machine; the first use may build it, which takes a minute. */
    public static LoadGenerator local() {
        return new LoadGenerator(ServerLocator.local().locate(PinnedServer.benchmark()));
    }

    /** Puts the load on this server, and returns when the last put is answered. */
    public LoadResult put(EtcdServer etcd, Load load) {
        return run(List.of(etcd.endpoint()), etcd.access(), load);
    }

    /** Puts the load on all members of the cluster. */
    public LoadResult put(EtcdCluster cluster, Load load) {
        return run(cluster.endpoints(), cluster.member(0).access(), load);
    }

    private LoadResult run(List<String> endpoints, EtcdAccess access, Load load) {
        List<String> words = new ArrayList<>(List.of(
                located.executable("benchmark").toString(),
                "put",
                "--endpoints=" + String.join(",", endpoints),
                "--clients=" + load.clients(),
                "--conns=" + load.connections(),
                "--total=" + load.total(),
                "--val-size=" + load.valueBytes(),
                "--rate=" + load.ratePerSecond(),
                "--key-space-size=" + load.keys(),
                "--sequential-keys",
                "--precise"));
        words.addAll(access.benchmarkFlags());
        return LoadResult.parse(Command.of(words).within(patience(load)).stdout());
    }

    private static Duration patience(Load load) {
        return load.ratePerSecond() == 0 ? PATIENCE : PATIENCE.plusSeconds(load.total() / load.ratePerSecond());
    }
}
