package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The whole way on real servers, 50,000 revisions on each etcd: a random history of which the first fifth is older than
 * capture, with compactions all along, a capture and a compactor that are killed while it is written, and a tail that
 * never reaches the archive. What comes back is held against an oracle that saw only requests and answers, and against
 * the source's own hashes.
 *
 * <p>{@code -Dpipeline.seed} repeats a run's choices, {@code -Dpipeline.revisions} makes it shorter or longer.
 */
class PipelineIT {
    private static final long REVISIONS = Long.getLong("pipeline.revisions", 50_000);
    private static final int REQUESTS_PER_SECOND = 1_500;
    private static final Duration LONGEST_PART = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    private final long seed = Long.getLong("pipeline.seed", new Random().nextLong());
    private long parts;

    /** etcd 3.4 does not hash at the compaction revision itself, and so cannot prove all of it. */
    @ParameterizedTest
    @EnumSource(value = EtcdVersion.class, mode = EnumSource.Mode.EXCLUDE, names = "V3_4")
    void anyRevisionComesBackAsItWasThroughKillsAndCompactions(EtcdVersion version) throws IOException {
        long started = System.nanoTime();
        System.out.printf("etcd %s, -Dpipeline.seed=%d%n", version, seed);
        try (PipelineHarness harness = PipelineHarness.start(version, directory)) {
            try {
                RevisionRange tail = makeHistory(harness);
                long written = System.nanoTime();
                assertThat(harness.oracle().lastRevision()).isGreaterThanOrEqualTo(REVISIONS);
                PipelineProof proof = new PipelineProof(harness, directory, tail, new Random(seed));
                String proven = proof.all();
                System.out.printf(
                        "etcd %s, seed %d: %d revisions in %d s, %s, in %d s%n",
                        version,
                        seed,
                        harness.oracle().lastRevision(),
                        seconds(started, written),
                        proven,
                        seconds(written, System.nanoTime()));
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    /** Writes everything; the revisions that only the topic holds in the end are returned. */
    private RevisionRange makeHistory(PipelineHarness harness) {
        harness.workload().run(part(20).withCompactionLag(REVISIONS / 20));
        harness.capture().start();
        harness.compactor().start();
        harness.awaitBase();
        BaseDescriptor base = harness.newest().orElseThrow().bases().get(0).getBase();
        assertThat(base.getCompactRevision()).as("history in the base itself").isBetween(2L, base.getRevision() - 100);

        harness.workload().run(slowPart(30).withCompactionLag(REVISIONS / 8));
        killInTheMiddle(harness, slowPart(20).withCompactionLag(REVISIONS / 4), harness.capture());
        harness.awaitCaptured(harness.oracle().lastRevision());
        killInTheMiddle(harness, slowPart(30).withCompactionLag(REVISIONS / 8), harness.compactor());
        assertThat(harness.workload().compactedRevision())
                .as("compacted while it was captured")
                .isGreaterThan(base.getRevision());
        long archived = harness.oracle().lastRevision();
        harness.awaitArchived(archived);

        harness.compactor().kill();
        harness.workload().run(slowPart(2));
        harness.awaitCaptured(harness.oracle().lastRevision());
        return new RevisionRange(archived + 1, harness.oracle().lastRevision());
    }

    private static void killInTheMiddle(PipelineHarness harness, Plan plan, ServiceProcess service) {
        Duration half = Duration.ofMillis(plan.revisions() * 1_000 / plan.revisionsPerSecond() / 2);
        harness.write(plan, half, () -> PipelineHarness.killAndRestart(service));
    }

    private Plan part(int percent) {
        return Plan.of(REVISIONS * percent / 100).withSeed(seed + parts++).withTime(LONGEST_PART);
    }

    /** Slow enough for capture to stay ahead of the compactions on a busy machine: else it must lose revisions. */
    private Plan slowPart(int percent) {
        return part(percent).withRate(REQUESTS_PER_SECOND);
    }

    private static long seconds(long from, long to) {
        return Duration.ofNanos(to - from).toSeconds();
    }
}
