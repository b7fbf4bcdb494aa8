package dev.tidemark.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How the sandbox's own etcdctl gets into an etcd; the members of a cluster share it. Thread-safe. */
final class EtcdAccess {
    private final EtcdTools tools;
    private final Optional<EtcdTls> tls;
    private volatile Optional<EtcdUser> user = Optional.empty();

    EtcdAccess(EtcdOptions options) {
        this(options, EtcdTools.of(options.version()));
    }

    EtcdAccess(EtcdOptions options, EtcdTools tools) {
        this.tools = tools;
        this.tls = options.tls();
    }

    EtcdTools tools() {
        return tools;
    }

    /** From now on etcdctl is this user; by the environment, for arguments can be seen by everybody. */
    void as(Optional<EtcdUser> other) {
        user = other;
    }

    /** What etcd's load generator needs to get in, which has etcdctl's flags but not its environment. */
    List<String> benchmarkFlags() {
        List<String> flags = new ArrayList<>();
        tls.ifPresent(shown -> flags.addAll(shown.etcdctlFlags()));
        user.ifPresent(one -> flags.add("--user=" + one.name() + ":" + one.password()));
        return flags;
    }

    String etcdctl(List<String> endpoints, String... arguments) {
        return etcdctl(endpoints, user, arguments);
    }

    String etcdctl(List<String> endpoints, Optional<EtcdUser> who, String... arguments) {
        List<String> words = new ArrayList<>(List.of("--endpoints=" + String.join(",", endpoints)));
        tls.ifPresent(shown -> words.addAll(shown.etcdctlFlags()));
        words.addAll(List.of(arguments));
        Map<String, String> environment = who.map(
                        one -> Map.of("ETCDCTL_USER", one.name(), "ETCDCTL_PASSWORD", one.password()))
                .orElse(Map.of());
        return tools.etcdctl(environment, words);
    }
}
