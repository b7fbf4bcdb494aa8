package dev.tidemark.cli;

import static dev.tidemark.sandbox.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is told to stop ends soon, with the exit code of the signal, and leaves no file of its own behind. */
class StopIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int TERMINATED = 143;

    @TempDir
    Path dir;

    @Test
    void theServicesCloseWhatTheyHaveOpened() throws Exception {
        Path archive = dir.resolve("archive");
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                KafkaServer kafka = KafkaServer.launch()) {
            Path settings = settings(Map.of(
                    "etcd.endpoints", etcd.endpoint(),
                    "kafka.bootstrap.servers", kafka.bootstrapServers(),
                    "topic.partitions", "1",
                    "topic.replication.factor", "1",
                    "archive.uri", archive.toUri().toString()));
            etcd.etcdctl("put", "k", "v");
            Process running = start("run", settings);
            until(
                    PATIENCE,
                    () -> Invocation.of("get", "k", "--config", settings.toString()),
                    run -> run.code() == 0 && run.out().contains("v"));
            assertThat(in("spool/tidemark-default-compactor")).isNotEmpty();
            String log = stop(running);
            assertThat(in("spool/tidemark-default-compactor")).as(log).isEmpty();
            assertThat(log).doesNotContain("not stopped in order");
        }
    }

    @Test
    void severalClustersAreClosedTogetherOneThatNeverAnsweredToo() throws Exception {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                KafkaServer kafka = KafkaServer.launch()) {
            Path settings = settings(Map.of(
                    "clusters", "here,away",
                    "clusters.here.etcd.endpoints", etcd.endpoint(),
                    "clusters.away.etcd.endpoints", "127.0.0.1:1",
                    "clusters.away.topic.partition", "1",
                    "kafka.bootstrap.servers", kafka.bootstrapServers(),
                    "topic.partitions", "2",
                    "topic.replication.factor", "1",
                    "archive.uri", dir.resolve("archive").toUri().toString()));
            etcd.etcdctl("put", "k", "v");
            Process running = start("run", settings);
            until(
                    PATIENCE,
                    () -> Invocation.of("get", "k", "--cluster", "here", "--config", settings.toString()),
                    run -> run.code() == 0 && run.out().contains("v"));
            String log = stop(running);
            assertThat(log).doesNotContain("not stopped in order");
            assertThat(in("spool/tidemark-tidemark.revisions-compactor"))
                    .as(log)
                    .isEmpty();
        }
    }

    @Test
    void whatWasBegunIsDroppedWithItsFiles() throws Exception {
        SmallArchive archive = SmallArchive.shared();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Process running = start(
                    "info",
                    settings(Map.of(
                            "cluster.name",
                            SmallArchive.CLUSTER,
                            "kafka.bootstrap.servers",
                            "127.0.0.1:" + silent.getLocalPort(),
                            "archive.uri",
                            archive.directory().toUri().toString())));
            until(PATIENCE, () -> in("spool"), files -> !files.isEmpty());
            String log = stop(running);
            assertThat(in("spool")).as(log).isEmpty();
            assertThat(log).contains("interrupted").doesNotContain("internal error");
        }
    }

    private Path settings(Map<String, String> texts) throws IOException {
        Map<String, String> all = new TreeMap<>(texts);
        all.put("spool.dir", dir.resolve("spool").toString());
        Path file = dir.resolve("tidemark.properties");
        List<String> lines = all.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
        return Files.write(file, lines);
    }

    private Process start(String verb, Path settings) throws IOException {
        return new ProcessBuilder(ServiceProcess.command(verb, settings))
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile())
                .start();
    }

    /** Sends SIGTERM and returns what the process has said. */
    private String stop(Process running) throws Exception {
        assertThat(running.isAlive()).isTrue();
        running.destroy();
        boolean ended = running.waitFor(15, TimeUnit.SECONDS);
        running.destroyForcibly();
        String log = Files.readString(dir.resolve("log"));
        assertThat(ended).as(log).isTrue();
        assertThat(running.exitValue()).as(log).isEqualTo(TERMINATED);
        return log;
    }

    private List<Path> in(String directory) {
        Path path = dir.resolve(directory);
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
