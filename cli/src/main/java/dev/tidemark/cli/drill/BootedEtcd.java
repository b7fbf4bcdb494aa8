package dev.tidemark.cli.drill;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.restorer.verify.EtcdBoot;
import dev.tidemark.sandbox.ChildProcess;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An etcd of one member, on loopback ports of its own, in a directory that goes away with it. It does not outlive this
 * process, however that ends.
 */
final class BootedEtcd implements EtcdBoot.Booted {
    private static final Duration LEAST_PATIENCE = Duration.ofMinutes(2);
    /** A disk that is slower than this is rather broken. */
    private static final long BYTES_PER_SECOND = 4_000_000;

    private static final int PROBE_MILLIS = 100;
    private static final int TRIES = 5;
    /** A member that is alone has peers nowhere: this stands in its data, and nobody asks there. */
    private static final String ADVERTISED_PEER = "http://127.0.0.1:2380";

    private final Path directory;
    private final Duration patience;
    private Path log;
    private ChildProcess server;
    private String endpoint = "";
    private String version = "";

    private BootedEtcd(Path directory, Duration patience) {
        this.directory = directory;
        this.patience = patience;
        this.log = directory.resolve("etcdutl.log");
    }

    /** How long etcdutl, and then etcd, may need for a file. */
    static Duration patience(long bytes) {
        return LEAST_PATIENCE.plusSeconds(bytes / BYTES_PER_SECOND);
    }

    /**
     * Boots.
     *
     * @param patience how long etcdutl, and then etcd, may need
     */
    static BootedEtcd start(Path executables, Path snapshot, Path scratch, Duration patience) {
        BootedEtcd etcd = new BootedEtcd(newDirectory(scratch), patience);
        try {
            etcd.restore(executables.resolve("etcdutl"), snapshot);
            etcd.serve(executables.resolve("etcd"));
            return etcd;
        } catch (RuntimeException | Error e) {
            etcd.close();
            throw e;
        }
    }

    private static Path newDirectory(Path scratch) {
        try {
            return Files.createTempDirectory(scratch, "tidemark-drill-");
        } catch (IOException e) {
            throw new DrillException(
                    Failure.UNAVAILABLE,
                    "no directory for the etcd to boot can be made in " + scratch + ": " + e,
                    "look at spool.dir: its room, its permissions and the disk's health",
                    e);
        }
    }

    private void restore(Path etcdutl, Path snapshot) {
        ChildProcess tool = ChildProcess.start(
                List.of(
                        etcdutl.toString(),
                        "snapshot",
                        "restore",
                        snapshot.toAbsolutePath().toString(),
                        "--data-dir=" + data(),
                        "--name=drill",
                        "--initial-cluster=drill=" + ADVERTISED_PEER,
                        "--initial-advertise-peer-urls=" + ADVERTISED_PEER),
                Map.of(),
                directory,
                log);
        await("etcdutl snapshot restore", tool, () -> !tool.isAlive());
        if (tool.exitCode() != 0 || !Files.isDirectory(data().resolve("member"))) {
            throw LastWords.of(log).ended("etcdutl snapshot restore", tool.exitCode());
        }
    }

    /** Between the moment at which a port is found free and the one at which etcd takes it, somebody else may have. */
    private void serve(Path etcd) {
        for (int tried = 1; !servesOn(LoopbackPorts.free(), etcd, tried); tried++) {
            LastWords words = LastWords.of(log);
            if (!words.sayPortTaken() || tried == TRIES) {
                throw words.ended("etcd", server.exitCode());
            }
        }
    }

    /** Whether it serves; if not, it has ended. */
    private boolean servesOn(LoopbackPorts ports, Path etcd, int tried) {
        endpoint = "http://127.0.0.1:" + ports.client();
        log = directory.resolve("etcd-" + tried + ".log");
        server = ChildProcess.start(
                List.of(
                        etcd.toString(),
                        "--name=drill",
                        "--data-dir=" + data(),
                        "--listen-client-urls=" + endpoint,
                        "--advertise-client-urls=" + endpoint,
                        "--listen-peer-urls=http://127.0.0.1:" + ports.peer(),
                        "--initial-advertise-peer-urls=" + ADVERTISED_PEER,
                        "--initial-cluster=drill=" + ADVERTISED_PEER,
                        // its data are thrown away: no need to wait for the disk, nor to stop at 2 GB
                        "--unsafe-no-fsync",
                        "--quota-backend-bytes=" + (64L << 30)),
                Map.of(),
                directory,
                log);
        try (EtcdClient client = EtcdClient.open(EtcdSettings.of(endpoint))) {
            await("etcd", server, () -> !server.isAlive() || answers(client));
        }
        return server.isAlive();
    }

    private boolean answers(EtcdClient client) {
        try {
            client.linearizable();
            version = client.status().version();
            return true;
        } catch (EtcdException.Unavailable notYet) {
            return false;
        }
    }

    /** Something to wait for. */
    private interface Condition {
        boolean holds();
    }

    private void await(String what, ChildProcess process, Condition condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                process.kill();
                throw LastWords.of(log).late(what, patience.toSeconds());
            }
            try {
                Thread.sleep(PROBE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.kill();
                throw new DrillException(
                        Failure.UNAVAILABLE,
                        "interrupted while booting etcd",
                        "start again; nothing is lost by that",
                        e);
            }
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    @Override
    public String endpoint() {
        return endpoint;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public void close() {
        if (server != null && server.isAlive()) {
            server.kill();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(BootedEtcd::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
