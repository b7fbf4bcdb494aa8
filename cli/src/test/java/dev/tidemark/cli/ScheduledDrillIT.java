package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.sandbox.EtcdTools;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.workload.Plan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compactor's process drills by itself, and the archive says so. */
class ScheduledDrillIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    @Test
    void aServiceDrillsOnItsSchedule() throws IOException {
        String etcd = EtcdTools.of(EtcdVersion.V3_6).located().directory().toString();
        Map<String, String> settings = Map.of("drill.interval", "5s", "drill.etcd", etcd);
        try (PipelineHarness harness = PipelineHarness.start(EtcdVersion.V3_6, directory, settings)) {
            try {
                harness.workload().run(Plan.of(300).withSeed(3));
                harness.capture().start();
                harness.compactor().start();
                harness.awaitBase();
                JsonNode drill = Eventually.until(
                        PATIENCE,
                        () -> Invocation.of("info", "--json", "--config=" + harness.settingsFile())
                                .json()
                                .at("/clusters/0/drill"),
                        seen -> seen.at("/ok").asBoolean());
                assertThat(drill.at("/revision").asLong()).isPositive();
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }
}
