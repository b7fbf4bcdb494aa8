package dev.tidemark.archive.catalog;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long a commit goes on asking a store that gives no usable answer.
 *
 * @param deadline after which the attempt is given up
 * @param nanoTime a monotonic clock
 * @param pause waits between two tries
 */
public record CommitPatience(Duration deadline, LongSupplier nanoTime, Pause pause) {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    /** Two minutes by the system's clock: less than the time after which an attempt must start over. */
    public static CommitPatience standard() {
        return new CommitPatience(DEADLINE, System::nanoTime, duration -> Thread.sleep(duration.toMillis()));
    }

    /** Waiting. */
    @FunctionalInterface
    public interface Pause {
        /** Returns after the time has passed. */
        void sleep(Duration duration) throws InterruptedException;
    }
}
