package dev.tidemark.capture.service;

import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes all along what a test does, and no longer: a fixed number of revisions would have to last as long as the test does
 * on the slowest machine.
 */
public final class Load {
    private static final long MORE_THAN_ANY_TEST_TAKES = 1_000_000;

    private final AtomicBoolean enough = new AtomicBoolean();
    private final CompletableFuture<Void> run;

    private Load(Workload workload, Plan plan) {
        run = CompletableFuture.runAsync(() -> workload.run(plan, enough::get));
    }

    /** Begins to write so many revisions per second. */
    public static Load on(Workload workload, int rate) {
        return new Load(workload, Plan.of(MORE_THAN_ANY_TEST_TAKES).withRate(rate));
    }

    /** As {@link #on}, with small values and compactions that stay this far behind. */
    public static Load compacting(Workload workload, int rate, long lag) {
        return new Load(
                workload,
                Plan.of(MORE_THAN_ANY_TEST_TAKES)
                        .withRate(rate)
                        .withCompactionLag(lag)
                        .withValueBytes(32));
    }

    /** Returns once everything that was written is answered. */
    public void end() {
        enough.set(true);
        run.join();
    }
}
