package dev.tidemark.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A single-member etcd. It doesn't wait for the disk ({@code --unsafe-no-fsync}), which a killed process doesn't need
 * but a lost machine would; any flag given by the caller comes last and wins.
 */
public final class EtcdServer extends Server {
    private static final Duration START = Duration.ofSeconds(30);
    private static final String MEMBER = "sandbox";

    private final EtcdTools tools;
    private final EtcdVersion version;
    private final List<String> flags;
    private final int clientPort = FreePorts.next();
    private final int peerPort = FreePorts.next();

    private EtcdServer(EtcdVersion version, ServerDirectory directory, List<String> flags) {
        this(EtcdTools.of(version), version, directory, flags);
    }

    private EtcdServer(EtcdTools tools, EtcdVersion version, ServerDirectory directory, List<String> flags) {
        super("etcd " + version, directory, START);
        this.tools = tools;
        this.version = version;
        this.flags = flags;
    }

    /** Starts an empty etcd with further flags, such as {@code --max-txn-ops=10000}. */
    public static EtcdServer launch(EtcdVersion version, String... flags) {
        return started(new EtcdServer(version, ServerDirectory.temporary("etcd"), List.of(flags)));
    }

    /** Starts an empty etcd of just these executables. */
    static EtcdServer launch(EtcdTools tools, EtcdVersion version) {
        return started(new EtcdServer(tools, version, ServerDirectory.temporary("etcd"), List.of()));
    }

    /** Starts an etcd whose data stay in the given directory; goes on with data of an earlier start. */
    public static EtcdServer launchIn(Path directory, EtcdVersion version, String... flags) {
        return started(new EtcdServer(version, ServerDirectory.given(directory), List.of(flags)));
    }

    /** Starts an etcd from a snapshot file by this version's own {@code etcdutl snapshot restore}. */
    public static EtcdServer restored(Path snapshot, EtcdVersion version, String... flags) {
        EtcdServer server = new EtcdServer(version, ServerDirectory.temporary("etcd"), List.of(flags));
        try {
            server.restore(snapshot);
        } catch (SandboxException e) {
            server.close();
            throw e;
        }
        return started(server);
    }

    private void restore(Path snapshot) {
        tools.etcdutl(
                "snapshot",
                "restore",
                snapshot.toAbsolutePath().toString(),
                "--data-dir=" + dataDirectory(),
                "--name=" + MEMBER,
                "--initial-cluster=" + MEMBER + "=" + peerUrl(),
                "--initial-advertise-peer-urls=" + peerUrl());
    }

    @Override
    List<String> command() {
        List<String> words = new ArrayList<>(List.of(
                tools.server().toString(),
                "--name=" + MEMBER,
                "--data-dir=" + dataDirectory(),
                "--listen-client-urls=" + endpoint(),
                "--advertise-client-urls=" + endpoint(),
                "--listen-peer-urls=" + peerUrl(),
                "--initial-advertise-peer-urls=" + peerUrl(),
                "--initial-cluster=" + MEMBER + "=" + peerUrl(),
                "--unsafe-no-fsync"));
        words.addAll(flags);
        return words;
    }

    @Override
    Map<String, String> environment() {
        return Map.of();
    }

    @Override
    boolean isReady() throws IOException {
        return Http.get(endpoint() + "/health").contains("\"health\":\"true\"");
    }

    /** The client URL, such as {@code http://127.0.0.1:12379}. */
    public String endpoint() {
        return "http://127.0.0.1:" + clientPort;
    }

    private String peerUrl() {
        return "http://127.0.0.1:" + peerPort;
    }

    /** etcd's data directory; only a stopped server's may be read. */
    public Path dataDirectory() {
        return path().resolve("data");
    }

    /** The bbolt file in the data directory. */
    public Path database() {
        return dataDirectory().resolve("member").resolve("snap").resolve("db");
    }

    public EtcdVersion version() {
        return version;
    }

    /** The tools of the same version. */
    public EtcdTools tools() {
        return tools;
    }

    /** Runs etcdctl against this server and returns its standard output. */
    public String etcdctl(String... arguments) {
        List<String> words = new ArrayList<>(List.of("--endpoints=" + endpoint()));
        words.addAll(List.of(arguments));
        return tools.etcdctl(words.toArray(String[]::new));
    }

    /** Runs etcdutl and returns its standard output. */
    public String etcdutl(String... arguments) {
        return tools.etcdutl(arguments);
    }
}
