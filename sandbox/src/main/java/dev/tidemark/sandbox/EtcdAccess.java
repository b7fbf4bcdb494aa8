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
        this.tools = EtcdTools.of(options.version());
        this.tls = options.tls();
    }

    EtcdTools tools() {
        return tools;
    }

    /** From now on etcdctl is this user; by the environment, for arguments can be seen by everybody. */
    void as(Optional<EtcdUser> other) {
        user = other;
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
