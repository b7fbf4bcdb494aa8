package dev.tidemark.capture.status;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * What is known of the source's compactions, and when the next one would overtake capture. Pure: time comes in as an
 * argument. Not thread-safe.
 *
 * <p>A source compacts every {@code I} to the revision that it had {@code W} ago (Kubernetes: both five minutes; plain
 * periodic compaction: W is the retention; a cron job that compacts to the newest revision: W is 0). So a capture that
 * stands at a revision of time t is overtaken by the first compaction at or after t + W. I is the median of what was
 * observed, W is what the last compaction left.
 */
final class Compactions {
    /** How often the Kubernetes API server compacts, unless told otherwise. */
    static final Duration KUBERNETES = Duration.ofMinutes(5);

    private static final int REMEMBERED = 9;
    private static final long UNKNOWN = -1;

    private final RevisionTimes times;
    private final Deque<Long> intervals = new ArrayDeque<>();
    private long compactRevision = UNKNOWN;
    private long lastAt = UNKNOWN;
    private long keptMillis;
    private boolean kubernetes;

    Compactions(RevisionTimes times) {
        this.times = times;
    }

    /** The highest compact revision known; -1 if none is. */
    long compactRevision() {
        return compactRevision;
    }

    /** Notes that the API server's key was seen: it compacts every five minutes. */
    void kubernetes() {
        kubernetes = true;
    }

    /** Notes where the source's compact revision stands, when it is not known since when. */
    void found(long revision) {
        compactRevision = Math.max(compactRevision, revision);
    }

    /** Notes that the source was compacted to a revision just now. */
    void happened(long revision, long atMillis) {
        if (revision <= compactRevision) {
            return;
        }
        if (lastAt != UNKNOWN && atMillis > lastAt) {
            intervals.addLast(atMillis - lastAt);
            if (intervals.size() > REMEMBERED) {
                intervals.removeFirst();
            }
        }
        // the revision was the newest one until the next was written
        keptMillis = Math.max(0, atMillis - times.since(revision + 1, atMillis));
        lastAt = atMillis;
        compactRevision = revision;
    }

    /** The source's history is another one. */
    void forget() {
        compactRevision = UNKNOWN;
        lastAt = UNKNOWN;
        intervals.clear();
    }

    /** The usual time between two compactions; empty until it is known. */
    OptionalLong usualMillis() {
        if (!intervals.isEmpty()) {
            return OptionalLong.of(intervals.stream()
                    .sorted()
                    .skip(intervals.size() / 2)
                    .findFirst()
                    .orElseThrow());
        }
        return kubernetes ? OptionalLong.of(KUBERNETES.toMillis()) : OptionalLong.empty();
    }

    /** How much history the last compaction left, or will leave as is usual; empty if nothing tells. */
    OptionalLong keptMillis() {
        if (lastAt != UNKNOWN) {
            return OptionalLong.of(keptMillis);
        }
        return kubernetes ? OptionalLong.of(KUBERNETES.toMillis()) : OptionalLong.empty();
    }

    /**
     * How far capture is ahead.
     *
     * @param committed the last revision in the topic
     * @param lagMillis how far the topic is behind
     */
    Headroom headroom(long committed, long lagMillis, long now) {
        OptionalLong interval = usualMillis();
        OptionalLong left = interval.isPresent() && lastAt != UNKNOWN
                ? OptionalLong.of(left(committed, lagMillis, now, interval.getAsLong()))
                : OptionalLong.empty();
        OptionalLong usual =
                interval.isPresent() ? OptionalLong.of(Math.max(interval.getAsLong(), keptMillis)) : interval;
        return new Headroom(
                compactRevision, committed - compactRevision, left, usual, verdict(committed, lagMillis, left, usual));
    }

    private long left(long committed, long lagMillis, long now, long interval) {
        if (committed < compactRevision) {
            return 0;
        }
        long safeUntil = now - lagMillis + keptMillis;
        // the next one that is due, or the first that reaches as far as the topic does, whichever is later
        long compactions = Math.max(past(now - lastAt, interval), past(safeUntil - lastAt, interval));
        return Math.max(0, lastAt + compactions * interval - now);
    }

    /** The number of the first compaction at or after a time, counted from the last one, at least 1. */
    private static long past(long millis, long interval) {
        return Math.max(1, Math.floorDiv(millis + interval - 1, interval));
    }

    /** Who keeps up is never warned: a source that compacts to its newest revision leaves nobody any time. */
    private Headroom.Verdict verdict(long committed, long lagMillis, OptionalLong left, OptionalLong usual) {
        long between = usual.orElse(KUBERNETES.toMillis());
        if (lagMillis < between / 10) {
            return Headroom.Verdict.ENOUGH;
        }
        boolean isShort = committed < compactRevision || left.orElse(Long.MAX_VALUE) < between / 2;
        return isShort ? Headroom.Verdict.SHORT : Headroom.Verdict.ENOUGH;
    }
}
