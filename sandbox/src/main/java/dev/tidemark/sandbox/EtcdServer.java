package dev.tidemark.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One etcd, alone or a member of an {@link EtcdCluster}. It doesn't wait for the disk ({@code --unsafe-no-fsync}), which a killed process doesn't need
 * but a lost machine would; any flag given by the caller comes last and wins.
 */
public final class EtcdServer extends Server {
    private static final Duration START = Duration.ofSeconds(30);

    private final EtcdOptions options;
    private final EtcdAccess access;
    private final int clientPort = FreePorts.next();
    private final int metricsPort = FreePorts.next();
    private volatile Membership membership;

    /** Alone in its cluster. First finds the tools: without them no directory is left behind. */
    private static EtcdServer alone(EtcdOptions options, Supplier<ServerDirectory> directory) {
        return new EtcdServer(options, new EtcdAccess(options), directory.get(), Membership.alone());
    }

    private EtcdServer(EtcdOptions options, EtcdAccess access, ServerDirectory directory, Membership membership) {
        super("etcd " + options.version(), directory, START);
        this.options = options;
        this.access = access;
        this.membership = membership;
    }

    /** Starts an empty etcd with further flags, such as {@code --max-txn-ops=10000}. */
    public static EtcdServer launch(EtcdVersion version, String... flags) {
        return launch(EtcdOptions.of(version, flags));
    }

    /** Starts an empty etcd. */
    public static EtcdServer launch(EtcdOptions options) {
        return started(alone(options, () -> ServerDirectory.temporary("etcd")));
    }

    /** Starts an etcd whose data stay in the given directory; goes on with data of an earlier start. */
    public static EtcdServer launchIn(Path directory, EtcdVersion version, String... flags) {
        return started(alone(EtcdOptions.of(version, flags), () -> ServerDirectory.given(directory)));
    }

    /** Starts an etcd from a snapshot file by this version's own {@code etcdutl snapshot restore}. */
    public static EtcdServer restored(Path snapshot, EtcdVersion version, String... flags) {
        EtcdServer server = alone(EtcdOptions.of(version, flags), () -> ServerDirectory.temporary("etcd"));
        try {
            server.restore(snapshot);
        } catch (SandboxException e) {
            server.close();
            throw e;
        }
        return started(server);
    }

    /** A member that is not started yet: alone it would wait for its peers. */
    static EtcdServer member(EtcdOptions options, EtcdAccess access, Membership membership) {
        return new EtcdServer(options, access, ServerDirectory.temporary("etcd"), membership);
    }

    private void restore(Path snapshot) {
        List<String> words = new ArrayList<>(
                List.of("snapshot", "restore", snapshot.toAbsolutePath().toString(), "--data-dir=" + dataDirectory()));
        words.addAll(membership.identityFlags());
        tools().etcdutl(words.toArray(String[]::new));
    }

    /** Deletes a dead member's data, so that it can join its cluster as a new one. */
    void forget() {
        try {
            Directories.delete(dataDirectory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        membership = membership.joining();
    }

    Membership membership() {
        return membership;
    }

    @Override
    List<String> command() {
        List<String> words = new ArrayList<>(List.of(
                tools().server().toString(),
                "--data-dir=" + dataDirectory(),
                "--listen-client-urls=" + endpoint(),
                "--advertise-client-urls=" + endpoint(),
                "--listen-metrics-urls=" + metricsUrl(),
                "--unsafe-no-fsync"));
        words.addAll(membership.identityFlags());
        words.addAll(membership.startFlags());
        options.tls().ifPresent(tls -> words.addAll(tls.serverFlags()));
        words.addAll(options.flags());
        return words;
    }

    @Override
    Map<String, String> environment() {
        return Map.of();
    }

    /** Asked on a port of its own, which is plain whatever the clients need. */
    @Override
    boolean isReady() throws IOException {
        return Http.get(metricsUrl() + "/health").contains("\"health\":\"true\"");
    }

    /** The client URL, such as {@code http://127.0.0.1:12379}; https where TLS is on. */
    public String endpoint() {
        return options.scheme() + "://127.0.0.1:" + clientPort;
    }

    /** Where {@code /health} and {@code /metrics} are plain and open to everybody. */
    public String metricsUrl() {
        return "http://127.0.0.1:" + metricsPort;
    }

    /** The client port, for a proxy in front of it. */
    public int port() {
        return clientPort;
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
        return options.version();
    }

    /** The tools of the same version. */
    public EtcdTools tools() {
        return access.tools();
    }

    /** Runs etcdctl against this server, by TLS and as root where that is needed; returns its standard output. */
    public String etcdctl(String... arguments) {
        return access.etcdctl(List.of(endpoint()), arguments);
    }

    /** Runs etcdctl against this server as another user. */
    public String etcdctlAs(EtcdUser user, String... arguments) {
        return access.etcdctl(List.of(endpoint()), Optional.of(user), arguments);
    }

    /** Makes the user root and turns authentication on; from then on etcdctl is root. */
    public void enableAuth() {
        etcdctl("user", "add", EtcdUser.ROOT.name() + ":" + EtcdUser.ROOT.password());
        etcdctl("user", "grant-role", EtcdUser.ROOT.name(), "root");
        etcdctl("auth", "enable");
        access.as(Optional.of(EtcdUser.ROOT));
    }

    /** Makes a user who may read all keys and do nothing else. */
    public EtcdUser addReader(String name, String password) {
        etcdctl("role", "add", name);
        etcdctl("role", "grant-permission", name, "read", "", "--prefix");
        etcdctl("user", "add", name + ":" + password);
        etcdctl("user", "grant-role", name, name);
        return new EtcdUser(name, password);
    }

    /** Runs etcdutl and returns its standard output. */
    public String etcdutl(String... arguments) {
        return tools().etcdutl(arguments);
    }
}
