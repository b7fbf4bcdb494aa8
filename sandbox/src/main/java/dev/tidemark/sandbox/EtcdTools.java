package dev.tidemark.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The command-line tools of one etcd version. Thread-safe. */
public final class EtcdTools {
    private final Located located;

    EtcdTools(Located located) {
        this.located = located;
    }

    /** The tools of a version; the first use on a machine may build them, which takes a minute. */
    public static EtcdTools of(EtcdVersion version) {
        return new EtcdTools(ServerLocator.local().locate(PinnedServer.etcd(version)));
    }

    /** Runs etcdctl and returns its standard output; an exit code other than 0 is a {@link SandboxException}. */
    public String etcdctl(String... arguments) {
        return etcdctl(Map.of(), List.of(arguments));
    }

    /** Runs etcdutl and returns its standard output; an exit code other than 0 is a {@link SandboxException}. */
    public String etcdutl(String... arguments) {
        return run("etcdutl", Map.of(), List.of(arguments));
    }

    String etcdctl(Map<String, String> environment, List<String> arguments) {
        return run("etcdctl", environment, arguments);
    }

    /** Where the executables stand. */
    public Located located() {
        return located;
    }

    Path server() {
        return located.executable("etcd");
    }

    private String run(String tool, Map<String, String> environment, List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.add(located.executable(tool).toString());
        words.addAll(arguments);
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("ETCDCTL_API", "3");
        return Command.of(words).with(variables).stdout();
    }
}
