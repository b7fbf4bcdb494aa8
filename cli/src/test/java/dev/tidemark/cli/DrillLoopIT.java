package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.sandbox.EtcdTools;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.workload.KeyState;
import dev.tidemark.sandbox.workload.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Restores and drills while the source is written to and captured, over and over: every 30 s some random revisions are
 * restored and one is booted, and held against an oracle that saw only requests and answers.
 *
 * <p>5 minutes; {@code -Dsoak=30m} makes it longer, {@code -Dsoak.seed} repeats a run's choices.
 */
class DrillLoopIT {
    private static final Duration LOOP = Duration.ofSeconds(30);
    private static final int REQUESTS_PER_SECOND = 300;

    @TempDir
    private Path directory;

    private final long seed = Long.getLong("soak.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private int restores;

    private static Duration length() {
        String asked = System.getProperty("soak", "5m");
        return Duration.parse("PT" + asked.toUpperCase(Locale.ROOT));
    }

    @Test
    void anyRevisionComesBackAndBootsWhileTheSourceIsWrittenTo() throws IOException {
        System.out.printf("drill loop of %s, -Dsoak.seed=%d%n", length(), seed);
        try (PipelineHarness harness = PipelineHarness.start(EtcdVersion.V3_6, directory)) {
            try {
                harness.workload().run(Plan.of(1_000).withSeed(seed).withCompactionLag(300));
                harness.capture().start();
                harness.compactor().start();
                harness.awaitBase();
                loop(harness);
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    private void loop(PipelineHarness harness) throws IOException {
        long end = System.nanoTime() + length().toNanos();
        int loops = 0;
        while (System.nanoTime() < end) {
            loops++;
            Plan plan = Plan.of(LOOP.toSeconds() * REQUESTS_PER_SECOND)
                    .withSeed(seed + loops)
                    .withRate(REQUESTS_PER_SECOND)
                    .withTime(LOOP)
                    .withCompactionLag(5_000);
            Restored restored = new Restored(harness);
            harness.write(plan, Duration.ofSeconds(5), restored::restoreSome);
            restored.compare();
            System.out.printf(
                    "loop %d: revision %d, %d restores, %d booted%n",
                    loops, harness.oracle().lastRevision(), restores, loops);
        }
        String[] verify = {"verify", "--level", "content", "--json", "--config=" + harness.settingsFile()};
        JsonNode proven = Invocation.of(verify).json();
        assertThat(proven.at("/ok").asBoolean()).as(proven.toString()).isTrue();
    }

    /** What was restored while the source was written to; the oracle can be asked when the writing pauses. */
    private final class Restored {
        private final PipelineHarness harness;
        private final TreeMap<Long, Path> files = new TreeMap<>();
        private final long first;
        private JsonNode drill;

        Restored(PipelineHarness harness) {
            this.harness = harness;
            this.first = harness.newest().orElseThrow().bases().get(0).getBase().getCompactRevision();
        }

        void restoreSome() {
            long newest = new Restorer(harness.sources()).plan(Target.latest()).revision();
            restore(newest);
            restore(between(first, newest));
            restore(between(Math.max(first, newest - 2_000), newest));
            String etcd = EtcdTools.of(harness.version()).located().directory().toString();
            drill = Invocation.of(
                            "drill",
                            "--to",
                            Long.toString(between(Math.max(first, newest - 4_000), newest)),
                            "--etcd-binary",
                            etcd,
                            "--allow-stall",
                            "--json",
                            "--config=" + harness.settingsFile())
                    .json();
        }

        private long between(long from, long to) {
            return from + random.nextLong(to - from + 1);
        }

        private void restore(long revision) {
            if (files.containsKey(revision)) {
                return;
            }
            Path file = directory.resolve(revision + ".db");
            RestoreResult result = new Restorer(harness.sources())
                    .restore(
                            RestoreRequest.database(Target.revision(revision), Output.newFile(file))
                                    .withoutBump(),
                            RestoreProgress.NONE);
            assertThat(result.revision()).isEqualTo(revision);
            files.put(revision, file);
            restores++;
        }

        void compare() throws IOException {
            for (var entry : files.entrySet()) {
                NavigableMap<byte[], KeyState> expected = harness.oracle().stateAt(entry.getKey());
                assertThat(Keyspaces.differences(Keyspaces.inFile(entry.getValue(), entry.getKey()), expected))
                        .as("seed %d, restored at %d", seed, entry.getKey())
                        .isEmpty();
                Files.delete(entry.getValue());
            }
            assertThat(drill.at("/ok").asBoolean()).as(drill.toString()).isTrue();
            assertThat(drill.at("/keys").asLong())
                    .isEqualTo(harness.oracle()
                            .stateAt(drill.at("/revision").asLong())
                            .size());
        }
    }
}
