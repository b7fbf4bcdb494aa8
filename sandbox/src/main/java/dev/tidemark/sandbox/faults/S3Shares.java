package dev.tidemark.sandbox.faults;

import java.time.Duration;
import java.util.Random;

/**
 * Which share of the requests meets which fault. A request meets one at most; whether it is delayed is a question of its
 * own.
 *
 * @param failed answered by an error, or reset, before the store hears of them; a third of each kind
 * @param throttled answered by SlowDown
 * @param cut their connections reset in mid-body
 * @param corrupted a bit of the answer's body flipped
 * @param lost carried out, and the answer dropped
 * @param delayed held back for up to {@code longestDelay}
 */
public record S3Shares(
        double failed,
        double throttled,
        double cut,
        double corrupted,
        double lost,
        double delayed,
        Duration longestDelay) {
    public S3Shares {
        double all = failed + throttled + cut + corrupted + lost;
        if (Math.min(Math.min(failed, throttled), Math.min(Math.min(cut, corrupted), lost)) < 0 || all > 1) {
            throw new IllegalArgumentException("not shares: " + all + " in all");
        }
    }

    /** A store that hardly serves: two requests of three go wrong. */
    public static S3Shares heavy() {
        return new S3Shares(0.25, 0.30, 0.05, 0.01, 0.03, 0.15, Duration.ofSeconds(2));
    }

    /** The plan of these shares; the same seed gives the same deeds, in the order in which requests come. */
    public S3Plan plan(long seed) {
        Random random = new Random(seed);
        return request -> {
            synchronized (random) {
                Duration delay = random.nextDouble() < delayed
                        ? Duration.ofNanos((long) (random.nextDouble() * longestDelay.toNanos()))
                        : Duration.ZERO;
                return new S3Deed(fault(random.nextDouble()), delay, random.nextDouble());
            }
        };
    }

    private S3Fault fault(double drawn) {
        double left = drawn;
        if (left < failed) {
            return left < failed / 3 ? S3Fault.RESET : S3Fault.FAILED;
        }
        left -= failed;
        if (left < throttled) {
            return S3Fault.THROTTLED;
        }
        left -= throttled;
        if (left < cut) {
            return S3Fault.CUT;
        }
        left -= cut;
        if (left < corrupted) {
            return S3Fault.CORRUPTED;
        }
        return left - corrupted < lost ? S3Fault.LOST : S3Fault.NONE;
    }
}
