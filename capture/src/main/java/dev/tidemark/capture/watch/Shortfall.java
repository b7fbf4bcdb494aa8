package dev.tidemark.capture.watch;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;

/**
 * Tells when a watch that delivers less than its source writes is to be left for a snapshot: if it owes more than a limit
 * and has come no nearer in the time that a snapshot would take, or a compaction threatens. Each snapshot makes that time
 * longer, so that a source which no watch can follow is not read all the time. It outlives the watches. Not thread-safe.
 */
final class Shortfall {
    /** Shorter than any compaction's period, longer than a stall of either side. */
    static final Duration LEAST = Duration.ofSeconds(2);

    private static final Duration MOST = Duration.ofMinutes(5);
    /** How long within the limit makes the past forgotten. */
    private static final Duration CALM = Duration.ofMinutes(1);

    private static final long SNAPSHOT_BYTES_PER_SECOND = 40_000_000;
    private static final int LEAST_SIGHTINGS = 4;

    private final long limit;
    private final BooleanSupplier helpless;
    private Duration afterSnapshots = LEAST;
    private Duration bySize = LEAST;
    private OptionalLong calmSince = OptionalLong.empty();

    /** Since when this watch has come no nearer; empty if it is near enough. */
    private OptionalLong since = OptionalLong.empty();

    private long owedThen;
    private long lastThen;
    private int sightings;

    /**
     * @param limit how many revisions may be owed
     * @param helpless whether another snapshot would not help now: one is under way, or may not be taken
     */
    Shortfall(long limit, BooleanSupplier helpless) {
        this.limit = limit;
        this.helpless = helpless;
    }

    /** Whether so many revisions come better from a snapshot. */
    boolean isLarge(long owed) {
        return owed > limit;
    }

    /** A watch begins, at a member whose file has so many bytes. */
    void begin(long fileBytes) {
        since = OptionalLong.empty();
        bySize = Duration.ofSeconds(fileBytes / SNAPSHOT_BYTES_PER_SECOND);
    }

    /**
     * Takes note of what the watch owes.
     *
     * @param last the last revision that it has delivered
     * @param nowNanos by a steady clock
     * @return for how long it has come no nearer, though it delivers; zero if that is nothing to act on
     */
    Duration see(long owed, long last, long nowNanos) {
        if (!isLarge(owed)) {
            since = OptionalLong.empty();
            calm(nowNanos);
            return Duration.ZERO;
        }
        calmSince = OptionalLong.empty();
        if (since.isEmpty() || owed < owedThen) {
            since = OptionalLong.of(nowNanos);
            owedThen = owed;
            lastThen = last;
            sightings = 0;
        }
        sightings++;
        Duration lasting = Duration.ofNanos(nowNanos - since.getAsLong());
        // one that delivers nothing may be silent, or have a huge revision on its way: that is judged elsewhere
        boolean acts = sightings >= LEAST_SIGHTINGS && last > lastThen && lasting.compareTo(LEAST) > 0;
        return acts && !helpless.getAsBoolean() ? lasting : Duration.ZERO;
    }

    private void calm(long nowNanos) {
        if (calmSince.isEmpty()) {
            calmSince = OptionalLong.of(nowNanos);
        } else if (nowNanos - calmSince.getAsLong() > CALM.toNanos()) {
            afterSnapshots = LEAST;
        }
    }

    /**
     * Whether a watch that has come no nearer for so long is to be left: if that is longer than a snapshot takes, or if a
     * compaction has overtaken the revision at which it fell behind, and may soon overtake the watch.
     *
     * @param compacted whether the source has compacted a revision away
     */
    boolean isTooLong(Duration lasting, LongPredicate compacted) {
        return (lasting.compareTo(afterSnapshots) > 0 && lasting.compareTo(bySize) > 0) || compacted.test(lastThen);
    }

    /** A snapshot was tried instead, which took so long. */
    void replaced(Duration took) {
        Duration next = afterSnapshots.multipliedBy(2);
        next = next.compareTo(took) > 0 ? next : took;
        afterSnapshots = next.compareTo(MOST) < 0 ? next : MOST;
    }
}
