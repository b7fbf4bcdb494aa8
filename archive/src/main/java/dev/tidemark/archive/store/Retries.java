package dev.tidemark.archive.store;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tries again what may be repeated without harm, as long as the store gives no usable answer, with growing pauses. A
 * store that cannot be reached is given up soon; one that speaks, though it only asks for patience or breaks off, is
 * asked for longer.
 *
 * @param attempts how many tries at most of a store that cannot be reached
 * @param budget no try begins after that time while it cannot be reached
 * @param patience no try begins after that time while it speaks
 * @param pause the first pause; each next one is twice as long, up to {@link #LONGEST_PAUSE}
 * @param nanoTime a monotonic clock
 */
record Retries(int attempts, Duration budget, Duration patience, Duration pause, LongSupplier nanoTime) {
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** Together with a connect timeout of 3 s: a store that is not there, or never serves, shows within 15 s. */
    static Retries standard() {
        return new Retries(4, Duration.ofSeconds(9), Duration.ofSeconds(12), Duration.ofMillis(100), System::nanoTime);
    }

    <T> T run(Supplier<T> work) {
        long start = nanoTime.getAsLong();
        Duration next = pause;
        for (int silences = 0; ; ) {
            try {
                return work.get();
            } catch (StoreUnavailableException e) {
                boolean silent = S3Failures.isSilence(e);
                silences += silent ? 1 : 0;
                Duration limit = silent ? budget : patience;
                boolean spent = nanoTime.getAsLong() - start + next.toNanos() > limit.toNanos();
                if (silences >= attempts || spent || !slept(next)) {
                    throw e;
                }
                next = next.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? next.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private static boolean slept(Duration time) {
        try {
            Thread.sleep(time.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
