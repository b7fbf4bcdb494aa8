package dev.tidemark.capture;

import java.time.Duration;

/** How long to wait before the next try: twice as long each time, up to a limit. Not thread-safe. */
public final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Duration first;
    private final Duration longest;
    private Duration next;

    /** From 100 ms to 10 s: a server that does not answer. */
    public Backoff() {
        this(FIRST, LONGEST);
    }

    /** From one pause to another. */
    public Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /** The next pause. */
    public Duration next() {
        Duration now = next;
        next = now.multipliedBy(2).compareTo(longest) < 0 ? now.multipliedBy(2) : longest;
        return now;
    }

    /** The next try begins from the shortest pause again. */
    public void reset() {
        next = first;
    }
}
