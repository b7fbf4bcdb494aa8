package dev.tidemark.sandbox.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * When which fault happens, and for how long: a pure function of the seed.
 *
 * @param seed printed at the start of each schedule
 * @param count how many faults in all
 * @param longestPause between two faults; the shortest is zero
 * @param longestFault of one fault; the shortest is zero
 */
public record FaultPlan(long seed, int count, Duration longestPause, Duration longestFault) {
    public FaultPlan {
        if (count < 0 || longestPause.isNegative() || longestFault.isNegative()) {
            throw new IllegalArgumentException(
                    "not a plan: %d faults of %s every %s".formatted(count, longestFault, longestPause));
        }
    }

    /**
     * One fault of a schedule.
     *
     * @param pause before it
     * @param fault which of those to choose from
     */
    record Step(Duration pause, int fault, Duration time) {}

    /** Faults of up to a second, up to half a second apart, with a random seed. */
    public static FaultPlan of(int count) {
        return new FaultPlan(new Random().nextLong(), count, Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    public FaultPlan withSeed(long other) {
        return new FaultPlan(other, count, longestPause, longestFault);
    }

    public FaultPlan withPauses(Duration longest) {
        return new FaultPlan(seed, count, longest, longestFault);
    }

    public FaultPlan withFaults(Duration longest) {
        return new FaultPlan(seed, count, longestPause, longest);
    }

    /** The steps where there are so many faults to choose from. */
    List<Step> steps(int choices) {
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(new Step(upTo(longestPause, random), random.nextInt(choices), upTo(longestFault, random)));
        }
        return steps;
    }

    private static Duration upTo(Duration longest, Random random) {
        return Duration.ofNanos(random.nextLong(longest.toNanos() + 1));
    }
}
