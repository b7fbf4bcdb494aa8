package dev.tidemark.archive.retention;

import java.time.Duration;

/**
 * For how long what is kept; all times count back from the time up to which the archive reaches, so that nothing goes
 * while nothing comes.
 *
 * @param pitr for how long every revision is
 * @param hourly for how long the state of every full hour is
 * @param daily for how long the state of every full day (UTC) is
 * @param lock for how long ahead what is kept is locked, where the store locks objects; zero: as long as it does by itself
 * @param grace for how long what is given up stays, so that who reads it may finish: much more than any clock here is wrong
 */
public record RetentionPolicy(Duration pitr, Duration hourly, Duration daily, Duration lock, Duration grace) {
    public RetentionPolicy {
        if (pitr.isNegative() || hourly.isNegative() || daily.isNegative() || lock.isNegative() || grace.isNegative()) {
            throw new IllegalArgumentException("negative times");
        }
    }

    /** Whether less is kept than was promised. */
    boolean isShorterThan(Duration promisedPitr, Duration promisedHourly, Duration promisedDaily) {
        return pitr.compareTo(promisedPitr) < 0
                || longest(pitr, hourly).compareTo(longest(promisedPitr, promisedHourly)) < 0
                || longest(longest(pitr, hourly), daily)
                                .compareTo(longest(longest(promisedPitr, promisedHourly), promisedDaily))
                        < 0;
    }

    private static Duration longest(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
