package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.FreePorts;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.faults.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sources in one process: whatever happens to the one, the other's revisions arrive as if it were alone. */
class ManyClustersIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration UNDISTURBED = Duration.ofSeconds(3);

    @TempDir
    Path dir;

    private final int port = FreePorts.next();

    @Test
    void aSourceThatIsAwayOrSilentDelaysNoOtherAndCatchesUp() throws Exception {
        try (EtcdServer first = EtcdServer.launch(EtcdVersion.V3_6);
                EtcdServer second = EtcdServer.launch(EtcdVersion.V3_6);
                TcpProxy proxy = TcpProxy.to(first.port());
                KafkaServer kafka = KafkaServer.launch();
                EtcdClient faulty = EtcdClient.open(EtcdSettings.of(first.endpoint()));
                EtcdClient sound = EtcdClient.open(EtcdSettings.of(second.endpoint()))) {
            Path settings = settings("http://" + proxy.address(), second, kafka);
            proxy.refuse();
            try (ServiceProcess run = new ServiceProcess("run", settings)) {
                run.start();
                theSoundOneBeginsWithoutTheOther(run);
                proxy.admit();
                awaitState(run, "/captures/0", "FOLLOWING");
                arrives("faulty", puts(faulty, 100), PATIENCE);

                proxy.stall();
                long missed = puts(faulty, 200);
                assertUndisturbed(run, sound, Duration.ofSeconds(15));
                assertThat(committed("faulty")).isLessThan(missed);
                proxy.heal();
                arrives("faulty", missed, PATIENCE);

                first.kill();
                awaitState(run, "/captures/0", "WAITING_FOR_ETCD");
                assertUndisturbed(run, sound, Duration.ofSeconds(5));
                first.start();
                long last = puts(faulty, 100);
                arrives("faulty", last, PATIENCE);
                bothAreInTheArchive(last, puts(sound, 1));
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\n" + Files.readString(dir.resolve("run.log")), e);
            }
            verbsOfOneClusterAskWhich(settings);
            infoShowsBoth(settings);
        }
    }

    private void theSoundOneBeginsWithoutTheOther(ServiceProcess run) {
        awaitState(run, "/captures/1", "FOLLOWING");
        Eventually.eventually(PATIENCE, () -> {
            JsonNode health = health();
            assertThat(health.at("/captures/0/cluster").asText()).isEqualTo("faulty");
            assertThat(health.at("/captures/0/state").asText()).isEqualTo("STOPPED");
            assertThat(health.at("/captures/0/why").asText()).isNotEmpty();
            assertThat(health.at("/captures/1/ok").asBoolean()).isTrue();
        });
        run.requireAlive();
    }

    /** Revision by revision, each arrives soon after it was written. */
    private void assertUndisturbed(ServiceProcess run, EtcdClient sound, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        Duration worst = Duration.ZERO;
        int rounds = 0;
        while (System.nanoTime() < end) {
            long written = System.nanoTime();
            arrives("sound", puts(sound, 5), UNDISTURBED);
            Duration took = Duration.ofNanos(System.nanoTime() - written);
            worst = took.compareTo(worst) > 0 ? took : worst;
            rounds++;
        }
        run.requireAlive();
        System.err.println("undisturbed: " + rounds + " rounds, the slowest took " + worst);
    }

    private void bothAreInTheArchive(long faulty, long sound) {
        Eventually.eventually(PATIENCE, () -> {
            assertThat(value("tidemark_compactor_committed_revision", "faulty")).isGreaterThanOrEqualTo(faulty);
            assertThat(value("tidemark_compactor_committed_revision", "sound")).isGreaterThanOrEqualTo(sound);
        });
    }

    private static void verbsOfOneClusterAskWhich(Path settings) {
        Invocation which = Invocation.of("get", "k0", "--config", settings.toString());
        which.assertFailed(2);
        assertThat(which.err())
                .contains("2 clusters are configured: faulty, sound")
                .contains("--cluster NAME");
        for (String cluster : List.of("faulty", "sound")) {
            Invocation one = Invocation.of("get", "k0", "--cluster", cluster, "--config", settings.toString());
            assertThat(one.code()).as(one.err()).isZero();
            assertThat(one.out()).contains("k0");
        }
    }

    private static void infoShowsBoth(Path settings) {
        JsonNode info =
                Invocation.of("info", "--json", "--config", settings.toString()).json();
        assertThat(info.at("/clusters")).hasSize(2);
        assertThat(info.at("/clusters/0/name").asText()).isEqualTo("faulty");
        assertThat(info.at("/clusters/1/name").asText()).isEqualTo("sound");
        info.at("/clusters").forEach(cluster -> {
            assertThat(cluster.at("/generations")).as(cluster.toString()).hasSize(1);
            assertThat(cluster.at("/generations/0/latest/revision").asLong()).isGreaterThan(100);
        });
    }

    private static long puts(EtcdClient etcd, int count) {
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = etcd.put(ascii("k" + i), ascii("v"));
        }
        return last;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void arrives(String cluster, long revision, Duration patience) {
        Eventually.eventually(
                patience, () -> assertThat(committed(cluster)).as(cluster).isGreaterThanOrEqualTo(revision));
    }

    private long committed(String cluster) {
        return value("tidemark_capture_committed_revision", cluster);
    }

    private long value(String metric, String cluster) {
        return body("/metrics")
                .lines()
                .filter(line -> line.startsWith(metric + "{") && line.contains("cluster=\"" + cluster + "\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(-1);
    }

    private void awaitState(ServiceProcess run, String capture, String state) {
        Eventually.eventually(PATIENCE, () -> {
            run.requireAlive();
            assertThat(health().at(capture + "/state").asText()).as(capture).isEqualTo(state);
        });
    }

    private JsonNode health() {
        try {
            return new ObjectMapper().readTree(body("/health"));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private String body(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return HttpClient.newHttpClient()
                    .send(request, BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new AssertionError("nobody answers yet", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private Path settings(String faulty, EtcdServer sound, KafkaServer kafka) throws IOException {
        Files.createDirectories(dir.resolve("archive"));
        return Files.write(
                dir.resolve("tidemark.properties"),
                List.of(
                        "clusters=faulty,sound",
                        "clusters.faulty.etcd.endpoints=" + faulty,
                        "clusters.sound.etcd.endpoints=" + sound.endpoint(),
                        "clusters.sound.topic.partition=1",
                        "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                        "topic.partitions=3",
                        "topic.replication.factor=1",
                        "archive.uri=" + dir.resolve("archive").toUri(),
                        "checkpoint.interval=4s",
                        "metrics.port=" + port,
                        "spool.dir=" + dir.resolve("spool")));
    }
}
