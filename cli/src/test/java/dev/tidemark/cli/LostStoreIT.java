package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.workload.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bucket that was emptied is filled again, so far as that can be, by what the services do themselves. */
class LostStoreIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void whatTheTopicStillHoldsIsArchivedAgainInTheSameGenerationOnANewBase() throws IOException {
        try (PipelineHarness harness = PipelineHarness.start(EtcdVersion.V3_6, directory)) {
            try {
                captured(harness);
                String generation = newest(harness);
                empty(harness);
                harness.workload().run(Plan.of(300).withSeed(52));
                Eventually.eventually(
                        PATIENCE,
                        () -> assertThat(harness.compactor().isAlive()).isFalse());
                assertThat(harness.compactor().exitCode()).isEqualTo(4);
                assertThat(harness.compactor().log()).contains("the archive has lost", "hint: start again");
                harness.compactor().start();
                restart(harness.capture());
                theArchiveIsWhole(harness);
                assertThat(newest(harness)).isEqualTo(generation);
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    @Test
    void whereTheTopicHasLostTheOpeningTooANewGenerationBegins() throws IOException {
        Path key = Files.createDirectory(directory.resolve("keys")).resolve("key");
        Invocation.of("keys", "--new", key.toString()).assertSucceeded();
        Path services = Files.createDirectory(directory.resolve("services"));
        try (PipelineHarness harness =
                PipelineHarness.start(EtcdVersion.V3_6, services, Map.of("encryption.keys", key.toString()))) {
            try {
                captured(harness);
                String generation = newest(harness);
                harness.capture().kill();
                harness.compactor().kill();
                harness.kafka().expire("tidemark.revisions", 0);
                empty(harness);
                harness.compactor().start();
                harness.capture().start();
                theArchiveIsWhole(harness);
                assertThat(newest(harness)).isNotEqualTo(generation);
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    @Test
    void anotherBaseIsBroughtWhenSomebodyAsksForOne() throws IOException {
        try (PipelineHarness harness = PipelineHarness.start(EtcdVersion.V3_6, directory)) {
            try {
                captured(harness);
                String generation = newest(harness);
                harness.capture().kill();
                harness.capture().startWith("--new-base");
                Eventually.eventually(PATIENCE, () -> assertThat(
                                harness.newest().orElseThrow().baseRows())
                        .hasSize(2));
                theArchiveIsWhole(harness);
                assertThat(newest(harness)).isEqualTo(generation);
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    private static void captured(PipelineHarness harness) {
        harness.workload().run(Plan.of(500).withSeed(50));
        harness.capture().start();
        harness.compactor().start();
        harness.awaitBase();
        harness.workload().run(Plan.of(300).withSeed(51));
        harness.awaitArchived(harness.oracle().lastRevision());
    }

    private static String newest(PipelineHarness harness) {
        return harness.newest().orElseThrow().header().getGeneration();
    }

    private static void empty(PipelineHarness harness) {
        for (ObjectInfo info : harness.store().list("", "", 100_000)) {
            harness.store().delete(info.name());
        }
        assertThat(harness.newest()).isEmpty();
    }

    private static void restart(ServiceProcess service) {
        service.kill();
        service.start();
    }

    /** All that is captured from now on is archived, dense from a base on, and what the source is. */
    private static void theArchiveIsWhole(PipelineHarness harness) {
        Eventually.eventually(PATIENCE, () -> assertThat(harness.newest())
                .hasValueSatisfying(newest -> assertThat(newest.hasBase()).isTrue()));
        harness.workload().run(Plan.of(200).withSeed(53));
        harness.awaitArchived(harness.oracle().lastRevision());
        for (List<String> level : List.of(List.of("content"), List.of("source", "--allow-stall"))) {
            Invocation verified = Invocation.of(words(harness, level));
            assertThat(verified.code()).as(verified.out() + verified.err()).isZero();
        }
    }

    private static String[] words(PipelineHarness harness, List<String> level) {
        return Stream.concat(
                        Stream.of("verify", "--config", harness.settingsFile().toString(), "--level"), level.stream())
                .toArray(String[]::new);
    }
}
