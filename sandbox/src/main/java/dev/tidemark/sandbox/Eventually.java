package dev.tidemark.sandbox;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what another process will do. */
public final class Eventually {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private Eventually() {}

    /** Repeats the assertion until it holds; after {@code patience} its last {@link AssertionError} is thrown. */
    public static void eventually(Duration patience, Runnable assertion) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError notYet) {
                if (System.nanoTime() - deadline > 0) {
                    throw notYet;
                }
                Pause.of(PAUSE);
            }
        }
    }

    /** Looks until what it sees is what was waited for, and returns that; fails after {@code patience}. */
    public static <T> T until(Duration patience, Supplier<T> look, Predicate<T> wanted) {
        AtomicReference<T> seen = new AtomicReference<>();
        eventually(patience, () -> {
            seen.set(look.get());
            if (!wanted.test(seen.get())) {
                throw new AssertionError("still not what was waited for: " + seen.get());
            }
        });
        return seen.get();
    }
}
