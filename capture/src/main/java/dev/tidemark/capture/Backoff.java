package dev.tidemark.capture;

import java.time.Duration;

/** How long to wait before the next try: twice as long each time, up to 10 s. Not thread-safe. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Duration next = FIRST;

    Duration next() {
        Duration now = next;
        next = now.multipliedBy(2).compareTo(LONGEST) < 0 ? now.multipliedBy(2) : LONGEST;
        return now;
    }

    /** The next try begins from the shortest pause again. */
    void reset() {
        next = FIRST;
    }
}
