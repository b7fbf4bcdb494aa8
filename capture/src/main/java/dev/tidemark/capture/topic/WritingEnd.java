package dev.tidemark.capture.topic;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Until when a writer goes on, and what it still writes before its end: others tell it. Thread-safe. */
final class WritingEnd {
    private volatile boolean closed;
    private volatile Limit limit = Limit.NONE;

    /** What is still written before the end. */
    private enum Rest {
        /** All that comes: no end is in sight. */
        UNBOUNDED,
        /** All that comes until the time is over. */
        WHAT_COMES,
        /** What waits, if the time is enough for it. */
        WHAT_WAITS
    }

    private record Limit(Rest rest, long untilNanos) {
        private static final Limit NONE = new Limit(Rest.UNBOUNDED, 0);
    }

    /** It is now. */
    void close() {
        closed = true;
    }

    /** It is once nothing waits any more, or after this time. */
    void drain(Duration patience) {
        limit(Rest.WHAT_WAITS, patience);
    }

    /** It is after this time. */
    void after(Duration patience) {
        limit(Rest.WHAT_COMES, patience);
    }

    /** Takes {@link #after} back. */
    synchronized void goOn() {
        if (limit.rest == Rest.WHAT_COMES) {
            limit = Limit.NONE;
        }
    }

    /** The sooner one counts. */
    private synchronized void limit(Rest rest, Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        if (limit.rest == Rest.UNBOUNDED || until - limit.untilNanos < 0) {
            limit = new Limit(rest, until);
        }
    }

    /**
     * Whether the writer goes on.
     *
     * @param waits whether anything waits to be written
     */
    boolean isAhead(BooleanSupplier waits) {
        Limit now = limit;
        if (closed || now.rest == Rest.UNBOUNDED) {
            return !closed;
        }
        return (now.rest == Rest.WHAT_COMES || waits.getAsBoolean()) && System.nanoTime() - now.untilNanos < 0;
    }
}
