package dev.tidemark.archive.store;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tries again what may be repeated without harm, as long as the store gives no usable answer, with growing pauses.
 *
 * @param attempts how many tries at most
 * @param budget no try begins after that time
 * @param pause the first pause; each next one is twice as long
 * @param nanoTime a monotonic clock
 */
record Retries(int attempts, Duration budget, Duration pause, LongSupplier nanoTime) {
    /** Together with a connect timeout of 3 s: a store that is not there shows within 15 s. */
    static Retries standard() {
        return new Retries(4, Duration.ofSeconds(9), Duration.ofMillis(100), System::nanoTime);
    }

    <T> T run(Supplier<T> work) {
        long start = nanoTime.getAsLong();
        Duration next = pause;
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (StoreUnavailableException e) {
                boolean spent = nanoTime.getAsLong() - start + next.toNanos() > budget.toNanos();
                if (attempt >= attempts || spent || !slept(next)) {
                    throw e;
                }
                next = next.multipliedBy(2);
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
