package dev.tidemark.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One etcd, alone or a member of an {@link EtcdCluster}. It doesn't wait for the disk ({@code --unsafe-no-fsync}), which a killed process doesn't need
 * but a lost machine would; any flag given by the caller comes last and wins.
 */
public final class EtcdServer extends Server {
    private static final Duration START = Duration.ofSeconds(30);

    private final EtcdTools tools;
    private final EtcdVersion version;
    private final List<String> flags;
    private final int clientPort = FreePorts.next();
    private volatile Membership membership;

    private EtcdServer(EtcdVersion version, ServerDirectory directory, List<String> flags) {
        this(version, directory, Membership.alone(), flags);
    }

    private EtcdServer(EtcdVersion version, ServerDirectory directory, Membership membership, List<String> flags) {
        super("etcd " + version, directory, START);
        this.membership = membership;
        this.tools = EtcdTools.of(version);
        this.version = version;
        this.flags = flags;
    }

    /** Starts an empty etcd with further flags, such as {@code --max-txn-ops=10000}. */
    public static EtcdServer launch(EtcdVersion version, String... flags) {
        return started(new EtcdServer(version, ServerDirectory.temporary("etcd"), List.of(flags)));
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

    /** A member that is not started yet: alone it would wait for its peers. */
    static EtcdServer member(EtcdVersion version, Membership membership, List<String> flags) {
        return new EtcdServer(version, ServerDirectory.temporary("etcd"), membership, flags);
    }

    private void restore(Path snapshot) {
        List<String> words = new ArrayList<>(
                List.of("snapshot", "restore", snapshot.toAbsolutePath().toString(), "--data-dir=" + dataDirectory()));
        words.addAll(membership.identityFlags());
        tools.etcdutl(words.toArray(String[]::new));
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
                tools.server().toString(),
                "--data-dir=" + dataDirectory(),
                "--listen-client-urls=" + endpoint(),
                "--advertise-client-urls=" + endpoint(),
                "--unsafe-no-fsync"));
        words.addAll(membership.identityFlags());
        words.addAll(membership.startFlags());
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
