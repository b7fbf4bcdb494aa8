package dev.tidemark.capture.generation;

import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A wall clock that is believed only as far as a steady one agrees, and a witness: the broker's clock, which stamps what is
 * written. While all tell the same time a reading is a point; once the wall clock has jumped, or is another than the
 * witness's, nobody here knows which one is right, and a reading is the span between them. A jump that stays for a quarter
 * of an hour is taken for a correction. Thread-safe.
 *
 * <p>A clock that is set right slowly, as NTP does it, stays within the tolerance and is followed.
 */
public final class WarpedClock {
    /** A step of this size is a jump, not a slewing clock. */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** NTP slews by up to 500 parts in a million; twice that is tolerated between two readings. */
    private static final long SLEW = 1_000;

    /** A transaction may take this long between the witness's stamp and its arrival here. */
    private static final Duration WITNESS_TOLERANCE = Duration.ofSeconds(2);

    private static final Duration BELIEF = Duration.ofMinutes(15);

    private final InstantSource wall;
    private final LongSupplier nanoTime;

    /** Both clocks when they last agreed: the steady clock's time is told from there. */
    private long agreedMillis;

    private long agreedNanos;

    /** By how much the wall clock is ahead of the steady one since it jumped; 0 while they agree. */
    private long warpMillis;

    private long warpedSinceNanos;

    /** What the witness said when it last disagreed, and when; empty as long as it agrees. */
    private OptionalLong witnessMillis = OptionalLong.empty();

    private long witnessNanos;

    /**
     * The time, as far as it is known: it lies between both, inclusive.
     *
     * @param earliestMillis milliseconds since the epoch
     * @param latestMillis milliseconds since the epoch, not before the other
     * @param nanos the steady clock
     */
    public record Reading(long earliestMillis, long latestMillis, long nanos) {
        /** The earliest that it may have been at an earlier reading, as far as is known at this one. */
        long earliestAt(Reading before) {
            long elapsed = TimeUnit.NANOSECONDS.toMillis(nanos - before.nanos);
            return Math.min(before.earliestMillis, earliestMillis - elapsed);
        }
    }

    /**
     * A clock that believes both from now on.
     *
     * @param nanoTime a steady clock in nanoseconds, such as {@link System#nanoTime}
     */
    public WarpedClock(InstantSource wall, LongSupplier nanoTime) {
        this.wall = wall;
        this.nanoTime = nanoTime;
        agree(wall.millis(), nanoTime.getAsLong());
    }

    /** Another machine's clock said that it is {@code millis}, just now but for what a transaction takes. */
    public synchronized void witness(long millis) {
        witnessNanos = nanoTime.getAsLong();
        boolean agrees = Math.abs(millis - wall.millis()) <= WITNESS_TOLERANCE.toMillis();
        witnessMillis = agrees ? OptionalLong.empty() : OptionalLong.of(millis);
    }

    /** The time now. */
    public synchronized Reading read() {
        long nanos = nanoTime.getAsLong();
        long now = wall.millis();
        long elapsed = TimeUnit.NANOSECONDS.toMillis(nanos - agreedNanos);
        long steady = agreedMillis + elapsed;
        long warp = now - steady;
        long tolerated = TOLERANCE.toMillis() + elapsed / SLEW;
        if (Math.abs(warp) <= tolerated) {
            agree(now, nanos);
        } else if (warpMillis == 0 || Math.abs(warp - warpMillis) > tolerated) {
            warpMillis = warp;
            warpedSinceNanos = nanos;
        } else if (nanos - warpedSinceNanos >= BELIEF.toNanos()) {
            agree(now, nanos);
        }
        long other = warpMillis == 0 ? now : steady;
        long third = witnessMillis.isEmpty()
                ? now
                : witnessMillis.getAsLong() + TimeUnit.NANOSECONDS.toMillis(nanos - witnessNanos);
        return new Reading(Math.min(now, Math.min(other, third)), Math.max(now, Math.max(other, third)), nanos);
    }

    private void agree(long millis, long nanos) {
        agreedMillis = millis;
        agreedNanos = nanos;
        warpMillis = 0;
    }
}
