package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.workload.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compactor's process applies retention by itself, if it is told to: on real servers, and two of them at once. */
class ScheduledExpiryIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void twoServicesExpireOnTheirSchedulesAndWhatNothingNamesIsGone() throws IOException {
        Map<String, String> settings = Map.of(
                "archive.uri",
                directory.resolve("archive").toUri().toString(),
                "retention.expire.interval",
                "2s",
                "retention.pitr",
                "1h",
                "retention.grace",
                "3s");
        try (PipelineHarness harness = PipelineHarness.start(EtcdVersion.V3_6, directory, settings)) {
            Path besides = Files.createDirectory(directory.resolve("beside")).resolve("tidemark.properties");
            Files.writeString(besides, Files.readString(harness.settingsFile()) + beside(besides));
            try (ServiceProcess beside = new ServiceProcess("compact", besides)) {
                harness.workload().run(Plan.of(300).withSeed(3));
                harness.capture().start();
                harness.compactor().start();
                beside.start();
                harness.awaitBase();
                Path orphan = orphan(harness);
                Eventually.until(PATIENCE, () -> promised(harness), seconds -> seconds == 3_600);
                harness.workload().run(Plan.of(100).withSeed(4));
                Eventually.until(PATIENCE, () -> Files.exists(orphan), stands -> !stands);
                harness.compactor().requireAlive();
                beside.requireAlive();
                assertThat(Invocation.of("verify", "--level=content", "--json", "--config=" + harness.settingsFile())
                                .json()
                                .at("/ok")
                                .asBoolean())
                        .isTrue();
                assertThat(beside.log() + harness.compactor().log()).doesNotContain("broke off");
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    private static String beside(Path settings) {
        return "\ncompactor.member=compactor-2\nspool.dir=" + settings.getParent() + "\n";
    }

    /** Data that no manifest names, older than all that was captured. */
    private Path orphan(PipelineHarness harness) throws IOException {
        String generation = harness.newest().orElseThrow().header().getGeneration();
        Path attempt = directory.resolve("archive/pipeline/d/" + generation + "/01JDB3Z6V5KQ8S5G4N7T2R9WXY");
        Path orphan = Files.createDirectory(attempt).resolve("000000.avro");
        Path made = Files.writeString(directory.resolve("orphan"), "left behind");
        Files.setLastModifiedTime(made, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        return Files.move(made, orphan);
    }

    private static long promised(PipelineHarness harness) {
        JsonNode info = Invocation.of("info", "--json", "--config=" + harness.settingsFile())
                .json();
        return info.at("/clusters/0/retention/pitrSeconds").asLong();
    }

    @Test
    void whoIsToldToExpireMustSayWhatIsToBeKept() throws IOException {
        Files.createDirectory(directory.resolve("archive"));
        Invocation.of(
                        "compact",
                        "--set=archive.uri=" + directory.resolve("archive").toUri(),
                        "--set=kafka.bootstrap.servers=127.0.0.1:1",
                        "--set=retention.expire.interval=1h")
                .assertFailed(2);
    }
}
