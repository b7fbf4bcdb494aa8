package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdTools;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The levels of verify that ask the source, and the drill's comparison with it, on a running installation. */
class SourceLevelsIT {
    private static final long SEED = 5;

    @TempDir
    private Path directory;

    private PipelineHarness harness;

    @BeforeEach
    void start() throws IOException {
        harness = PipelineHarness.start(EtcdVersion.V3_6, directory);
        harness.workload().run(Plan.of(1_500).withSeed(SEED).withCompactionLag(400));
        harness.capture().start();
        harness.compactor().start();
        harness.awaitBase();
        harness.workload().run(Plan.of(2_000).withSeed(SEED + 1).withRate(1_000).withCompactionLag(500));
        harness.awaitArchived(harness.oracle().lastRevision() - 500);
        harness.awaitCaptured(harness.oracle().lastRevision());
    }

    @AfterEach
    void stop() {
        harness.close();
    }

    private Invocation run(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--config=" + harness.settingsFile());
        all.add("--json");
        return Invocation.of(all.toArray(String[]::new));
    }

    @Test
    void theArchiveIsProvenIdenticalToItsSource() throws IOException {
        Invocation hashed = run("verify", "--level", "source");
        JsonNode source = hashed.json().at("/source");
        assertThat(hashed.json().at("/ok").asBoolean()).as(hashed.out()).isTrue();
        assertThat(hashed.err()).contains("HashKV at revision").contains("it takes no writes for about");
        assertThat(source.at("/hash")).isEqualTo(source.at("/sourceHash"));
        assertThat(source.at("/revision").asLong())
                .isGreaterThanOrEqualTo(harness.oracle().lastRevision());
        assertThat(source.at("/compactRevision").asLong()).isPositive();
        assertThat(source.at("/notProvable").isNull()).isTrue();

        run("verify").json();
        assertThat(run("verify", "--level", "source").assertFailed(5).err()).contains("s ago");

        harness.workload().run(Plan.of(300).withSeed(SEED + 2));
        JsonNode full = run("verify", "--level", "source-full").json();
        assertThat(full.at("/ok").asBoolean()).as(full.toString()).isTrue();
        assertThat(full.at("/source/records").asLong()).isGreaterThan(500);

        String etcd = EtcdTools.of(EtcdVersion.V3_6).located().directory().toString();
        JsonNode drill = run("drill", "--allow-stall", "--etcd-binary", etcd).json();
        assertThat(drill.at("/ok").asBoolean()).as(drill.toString()).isTrue();
        assertThat(drill.at("/hash")).isEqualTo(drill.at("/sourceHash"));
        assertThat(drill.at("/sourceHash").asLong()).as(drill.toString()).isPositive();
        assertThat(run("info").json().at("/clusters/0/drill/sourceCompared").asBoolean())
                .isTrue();

        anotherSourceIsTold();
    }

    /** It has more revisions, is compacted where the archive holds raw history, and has other content. */
    private void anotherSourceIsTold() throws IOException {
        try (EtcdServer other = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(other.endpoint())) {
            long last = harness.oracle().lastRevision();
            workload.run(Plan.of(last + 100).withSeed(SEED + 9));
            Invocation beyond =
                    run("verify", "--level", "source", "--allow-stall", "--set=etcd.endpoints=" + other.endpoint());
            assertThat(beyond.code()).isEqualTo(4);
            JsonNode unproven = new ObjectMapper().readTree(beyond.out());
            assertThat(unproven.at("/source/notProvable").asText()).contains("raw history starts at");
            assertThat(unproven.at("/findings")).isEmpty();
            workload.compact(last - 200);
            Invocation hashed =
                    run("verify", "--level", "source", "--allow-stall", "--set=etcd.endpoints=" + other.endpoint());
            assertThat(hashed.code()).as(hashed.out() + hashed.err()).isEqualTo(4);
            JsonNode told = new ObjectMapper().readTree(hashed.out());
            assertThat(told.at("/ok").asBoolean()).isFalse();
            assertThat(told.at("/findings/0/object").asText()).isEqualTo(other.endpoint());
            assertThat(told.at("/findings/0/problem").asText())
                    .contains("answers HashKV")
                    .contains("but the archive gives");
        }
    }
}
