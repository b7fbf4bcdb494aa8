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
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of running services: by metrics, by health, and by {@code check}. */
class MonitoringIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path dir;

    private final int port = FreePorts.next();

    @Test
    void metricsHealthAndCheckTellTheTruthThroughAnOutageOfKafka() throws Exception {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                KafkaServer kafka = KafkaServer.launch();
                EtcdClient source = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            Path settings = settings(etcd, kafka);
            // a broker that has just started may not be ready for transactions within the time that a check has
            Eventually.eventually(PATIENCE, () -> checkSaysWhoDoesNotRun(settings));
            try (ServiceProcess run = new ServiceProcess("run", settings)) {
                run.start();
                awaitHealth(run, 200, health -> {
                    assertThat(health.at("/captures/0/state").asText()).isEqualTo("FOLLOWING");
                    assertThat(health.at("/captures/0/base").asText()).isEqualTo("READY");
                });
                long last = 0;
                for (int i = 0; i < 500; i++) {
                    last = source.put(ascii("k" + i), ascii("v"));
                }
                metricsAgreeWithTheSource(run, last);
                long announced = source.put(ascii("compact_rev_key"), ascii("300"));
                awaitMetric(run, "tidemark_capture_compaction_headroom_revisions", announced - 300.0);
                Eventually.eventually(PATIENCE, () -> checkFollowsAProbe(settings));
                checkNamesATopicThatIsDifferent(settings);
                kafka.kill();
                awaitHealth(run, 503, health -> {
                    assertThat(health.at("/captures/0/state").asText()).isEqualTo("WAITING_FOR_KAFKA");
                    assertThat(health.at("/captures/0/why").asText()).isNotEmpty();
                });
                kafka.start();
                awaitHealth(run, 200, health -> {});
            }
        }
    }

    private static void checkSaysWhoDoesNotRun(Path settings) {
        Invocation absent = Invocation.of("check", "--config", settings.toString());
        assertThat(absent.code()).as(absent.out()).isEqualTo(6);
        assertThat(absent.out()).contains("fail  probe in topic").contains("start tidemark capture");
        Invocation dependencies = Invocation.of("check", "--read-only", "--config", settings.toString());
        assertThat(dependencies.code()).as(dependencies.out()).isZero();
        assertThat(dependencies.out()).contains("warn  capture").contains("does not run");
    }

    private void metricsAgreeWithTheSource(ServiceProcess run, long last) {
        awaitMetric(run, "tidemark_capture_committed_revision", (double) last);
        awaitMetric(run, "tidemark_capture_source_revision", (double) last);
        awaitMetric(run, "tidemark_capture_lag_revisions", 0);
        awaitMetric(run, "tidemark_compactor_committed_revision", (double) last);
        String all = body("/metrics");
        assertThat(all)
                .contains("tidemark_capture_state{cluster=\"monitored\",state=\"following\"} 1.0")
                .contains("tidemark_capture_lag_seconds{cluster=\"monitored\"} 0.0")
                .contains("tidemark_capture_base_pending{cluster=\"monitored\"} 0.0")
                .contains("tidemark_capture_generation_info{cluster=\"monitored\",generation=")
                .contains("tidemark_capture_clock_skew_seconds{cluster=\"monitored\"}");
        assertThat(value(all, "tidemark_capture_revisions_total")).isBetween(500.0, (double) last);
        assertThat(value(all, "tidemark_capture_bytes_total")).isPositive();
        assertThat(value(all, "tidemark_capture_transactions_total")).isPositive();
        assertThat(Math.abs(value(all, "tidemark_capture_clock_skew_seconds"))).isLessThan(2);
        assertThat(value(all, "tidemark_compactor_commits_total")).isPositive();
        theArchiveIsWatched(run);
    }

    private void theArchiveIsWatched(ServiceProcess run) {
        awaitMetric(run, "tidemark_archive_unreadable", 0);
        Eventually.eventually(PATIENCE, () -> {
            String all = body("/metrics");
            assertThat(value(all, "tidemark_archive_gap_seconds")).isBetween(0.0, 420.0);
            assertThat(all)
                    .contains("tidemark_archive_manifests{cluster=\"monitored\",level=\"base\"} 1.0")
                    .doesNotContain("tidemark_archive_promise_seconds{");
            assertThat(value(all, "tidemark_archive_every_revision_since_time_seconds"))
                    .isPositive();
        });
    }

    private static void checkFollowsAProbe(Path settings) {
        Invocation run = Invocation.of("check", "--json", "--config", settings.toString());
        assertThat(run.code()).as(run.out()).isZero();
        JsonNode document = run.json();
        assertThat(document.get("ok").asBoolean()).as(document.toString()).isTrue();
        List<String> names = new ArrayList<>();
        document.get("checks").forEach(check -> {
            assertThat(check.fieldNames()).toIterable().containsExactly("name", "ok", "level", "detail", "hint");
            assertThat(check.get("level").asText()).as(check.toString()).isIn("ok", "warn");
            names.add(check.get("name").asText());
        });
        assertThat(names.get(0)).startsWith("etcd http://");
        assertThat(names.subList(1, names.size()))
                .containsExactly(
                        "etcd cluster",
                        "etcd quorum",
                        "etcd watch",
                        "etcd maintenance",
                        "etcd compaction",
                        "kafka",
                        "kafka topic",
                        "kafka permissions",
                        "kafka transactions",
                        "archive",
                        "archive permissions",
                        "archive create-if-absent",
                        "archive encryption",
                        "archive lifecycle",
                        "probe in etcd",
                        "probe in topic",
                        "probe in archive",
                        "probe restorable");
    }

    private static void checkNamesATopicThatIsDifferent(Path settings) {
        Invocation run = Invocation.of("check", "--config", settings.toString(), "--set", "topic.replication.factor=3");
        assertThat(run.code()).as(run.out()).isEqualTo(5);
        assertThat(run.out())
                .contains("fail  kafka topic")
                .contains("replicas is 1 instead of 3")
                .contains("hint: change it with kafka-configs.sh");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void awaitMetric(ServiceProcess run, String name, double expected) {
        Eventually.eventually(PATIENCE, () -> {
            run.requireAlive();
            assertThat(value(body("/metrics"), name)).as(name).isEqualTo(expected);
        });
    }

    private void awaitHealth(ServiceProcess run, int status, Consumer<JsonNode> expected) {
        Eventually.eventually(PATIENCE, () -> {
            run.requireAlive();
            HttpResponse<String> answer = get("/health");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            expected.accept(parsed(answer.body()));
        });
    }

    private static JsonNode parsed(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private static double value(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private String body(String path) {
        return get(path).body();
    }

    private HttpResponse<String> get(String path) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(10))
                                    .build(),
                            BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("nobody answers yet", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private Path settings(EtcdServer etcd, KafkaServer kafka) throws IOException {
        Files.createDirectories(dir.resolve("archive"));
        return Files.write(
                dir.resolve("tidemark.properties"),
                List.of(
                        "cluster.name=monitored",
                        "etcd.endpoints=" + etcd.endpoint(),
                        "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                        "topic.partitions=1",
                        "topic.replication.factor=1",
                        "archive.uri=" + dir.resolve("archive").toUri(),
                        "checkpoint.interval=4s",
                        "metrics.port=" + port,
                        "metrics.archive.interval=2s",
                        "spool.dir=" + dir.resolve("spool")));
    }
}
