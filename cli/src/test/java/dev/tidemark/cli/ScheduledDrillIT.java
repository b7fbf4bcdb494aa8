package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.sandbox.EtcdTools;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.FreePorts;
import dev.tidemark.sandbox.workload.Plan;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compactor's process drills by itself, and the archive says so; of one that is damaged it says that. */
class ScheduledDrillIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    private final int port = FreePorts.next();

    @Test
    void aServiceDrillsOnItsScheduleAndADamagedArchiveIsAFailedDrill() throws IOException {
        String etcd = EtcdTools.of(EtcdVersion.V3_6).located().directory().toString();
        Path archive = directory.resolve("archive");
        Map<String, String> settings = Map.of(
                "drill.interval",
                "5s",
                "drill.etcd",
                etcd,
                "archive.uri",
                archive.toUri().toString(),
                "metrics.port",
                "" + port,
                "metrics.archive.interval",
                "2s");
        try (PipelineHarness harness = PipelineHarness.start(EtcdVersion.V3_6, directory, settings)) {
            try {
                harness.workload().run(Plan.of(300).withSeed(3));
                harness.compactor().start();
                Eventually.eventually(PATIENCE, () -> body("/metrics"));
                harness.set(Map.of("metrics.port", "" + FreePorts.next()));
                harness.capture().start();
                harness.awaitBase();
                JsonNode drill = Eventually.until(PATIENCE, () -> recorded(harness), seen -> seen.at("/ok")
                        .asBoolean());
                assertThat(drill.at("/revision").asLong()).isPositive();
                assertThat(drill.at("/ok").asBoolean()).isTrue();
                damageIndexes(archive);
                damageIsSeen(harness);
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    private static JsonNode recorded(PipelineHarness harness) {
        return Invocation.of("info", "--json", "--config=" + harness.settingsFile())
                .json()
                .at("/clusters/0/drill");
    }

    private void damageIsSeen(PipelineHarness harness) {
        Eventually.eventually(PATIENCE, () -> {
            harness.compactor().requireAlive();
            assertThat(body("/metrics"))
                    .contains("tidemark_drill_last_ok{cluster=\"pipeline\"} 0.0")
                    .contains("tidemark_archive_drill_ok{cluster=\"pipeline\"} 0.0");
        });
        assertThat(body("/health"))
                .contains("\"drills\":[{\"cluster\":\"pipeline\",\"why\":\"the restore was refused: ");
        assertThat(harness.compactor().log())
                .contains("drill of pipeline FAILED: the restore was refused: ", "(hint: ");
        assertThat(recorded(harness).at("/ok").asBoolean()).isFalse();
    }

    /** A bit of the first byte of each index that stands. */
    private static void damageIndexes(Path archive) throws IOException {
        List<Path> indexes;
        try (Stream<Path> files = Files.walk(archive)) {
            indexes = files.filter(file -> file.toString().endsWith(".idx")).toList();
        }
        assertThat(indexes).isNotEmpty();
        for (Path index : indexes) {
            byte[] bytes = Files.readAllBytes(index);
            bytes[0] ^= 1;
            Files.write(index, bytes);
        }
    }

    private String body(String path) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(10))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new AssertionError("nobody answers yet", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
