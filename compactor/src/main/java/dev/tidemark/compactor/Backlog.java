package dev.tidemark.compactor;

/**
 * Bytes that were handed over and not yet folded, of all partitions together. Above the limit it stops the flow, below
 * half of it lets it go on. Thread-safe; never waits.
 */
final class Backlog {
    /** The tap in front of the backlog. Both methods may be called at any time, also twice. */
    interface Flow {
        /** Nothing more, please; a few records may still come. */
        void pause();

        /** More, please. */
        void resume();
    }

    private final long limit;
    private final Flow flow;
    private long bytes;
    private boolean paused;

    Backlog(long limit, Flow flow) {
        this.limit = limit;
        this.flow = flow;
    }

    /** A share of the heap that leaves room for an open segment: a sixteenth, at most 64 MiB. */
    static long standardLimit() {
        return Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);
    }

    synchronized void add(long more) {
        bytes += more;
        if (!paused && bytes > limit) {
            paused = true;
            flow.pause();
        }
    }

    synchronized void remove(long less) {
        bytes -= less;
        if (paused && bytes <= limit / 2) {
            paused = false;
            flow.resume();
        }
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized boolean isPaused() {
        return paused;
    }
}
