package dev.tidemark.sandbox;

import java.time.Duration;

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
}
