package dev.tidemark.cli.drill;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.restorer.verify.EtcdBoot;
import dev.tidemark.sandbox.ChildProcess;
import dev.tidemark.sandbox.FreePorts;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PROBE_MILLIS = 100;
    private static final int TAIL = 2_000;

    private final Path directory;
    private final Path log;
    private final String endpoint = "http://127.0.0.1:" + FreePorts.next();
    private final String peer = "http://127.0.0.1:" + FreePorts.next();
    private ChildProcess server;
    private String version = "";

    private BootedEtcd(Path directory) {
        this.directory = directory;
        this.log = directory.resolve("etcd.log");
    }

    static BootedEtcd start(Path executables, Path snapshot, Path scratch) {
        BootedEtcd etcd = new BootedEtcd(newDirectory(scratch));
        try {
            etcd.restore(executables.resolve("etcdutl"), snapshot);
            etcd.serve(executables.resolve("etcd"));
            return etcd;
        } catch (RuntimeException e) {
            etcd.close();
            throw e;
        }
    }

    private static Path newDirectory(Path scratch) {
        try {
            return Files.createTempDirectory(scratch, "tidemark-drill-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
                        "--initial-cluster=drill=" + peer,
                        "--initial-advertise-peer-urls=" + peer),
                Map.of(),
                directory,
                log);
        await("etcdutl snapshot restore", tool, () -> !tool.isAlive());
        if (!Files.isDirectory(data().resolve("member"))) {
            throw failed("etcdutl snapshot restore did not take the file");
        }
    }

    private void serve(Path etcd) {
        server = ChildProcess.start(
                List.of(
                        etcd.toString(),
                        "--name=drill",
                        "--data-dir=" + data(),
                        "--listen-client-urls=" + endpoint,
                        "--advertise-client-urls=" + endpoint,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=drill=" + peer,
                        // its data are thrown away: no need to wait for the disk, nor to stop at 2 GB
                        "--unsafe-no-fsync",
                        "--quota-backend-bytes=" + (64L << 30)),
                Map.of(),
                directory,
                log);
        try (EtcdClient client = EtcdClient.open(EtcdSettings.of(endpoint))) {
            await("etcd", server, () -> answers(client));
        }
    }

    private boolean answers(EtcdClient client) {
        if (!server.isAlive()) {
            throw failed("etcd has ended instead of serving");
        }
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
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                process.kill();
                throw failed(what + " was not ready within " + PATIENCE.toSeconds() + " s");
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

    private DrillException failed(String what) {
        String said;
        try {
            byte[] all = Files.readAllBytes(log);
            int from = Math.max(0, all.length - TAIL);
            said = new String(all, from, all.length - from, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            said = "its log cannot be read";
        }
        return new DrillException(
                Failure.VERIFICATION,
                what + "; it says last:\n" + said,
                "etcd 3.5 or later is needed; if it is, report this: the restore does not boot");
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
