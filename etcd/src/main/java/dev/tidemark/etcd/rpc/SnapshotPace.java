package dev.tidemark.etcd.rpc;

import java.time.Duration;

/**
 * How fast a snapshot is read. A member that sends at full speed keeps its users' puts waiting for milliseconds all the
 * while; but as long as it sends it reuses no page of its file, which grows. So it is read slowly, within a limit of time.
 */
final class SnapshotPace {
    /** What was measured to leave a member with two cores free enough. */
    private static final long BYTES_PER_SECOND = 40_000_000;

    private final double nanosPerByte;

    /**
     * @param bytes how many come
     * @param longest how long it may be stretched; zero for full speed
     */
    SnapshotPace(long bytes, Duration longest) {
        double slow = 1e9 / BYTES_PER_SECOND;
        this.nanosPerByte = bytes == 0 ? 0 : Math.min(slow, (double) longest.toNanos() / bytes);
    }

    /** How long to wait before more is read; zero or less: not at all. */
    long pauseNanos(long written, long elapsedNanos) {
        return (long) (written * nanosPerByte) - elapsedNanos;
    }
}
