package dev.tidemark.capture.topic;

import java.util.concurrent.TimeUnit;

/**
 * Tells for how long a partition's readable end has stood still before its end: a transaction that never ends, whoever
 * began it, stops all readers, though everything is written. Not thread-safe.
 */
final class ReadableEnd {
    private static final long NONE = -1;

    private long stuckAt = NONE;
    private long sinceNanos;

    /**
     * For how long it has not moved, in milliseconds; 0 if everything can be read.
     *
     * @param stable the offset up to which committed records can be read
     * @param end the offset of the next record
     */
    long stuckMillis(long stable, long end, long nowNanos) {
        if (stable >= end) {
            stuckAt = NONE;
            return 0;
        }
        if (stable != stuckAt) {
            stuckAt = stable;
            sinceNanos = nowNanos;
        }
        return TimeUnit.NANOSECONDS.toMillis(nowNanos - sinceNanos);
    }
}
