package dev.tidemark.cli.output;

import java.time.Duration;
import java.time.Instant;

/** Writes moments: RFC 3339 in UTC, or null where a time is not known. */
public final class Times {
    private static final long MILLIS_OF_AN_HOUR = Duration.ofHours(1).toMillis();
    private static final long MILLIS_OF_A_DAY = Duration.ofDays(1).toMillis();

    private Times() {}

    /** For scripts; null for 0. */
    public static String document(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
    }

    /** For people. */
    public static String shown(long millis) {
        return millis == 0 ? "time unknown" : Instant.ofEpochMilli(millis).toString();
    }

    /** A length of time for people, in the largest unit that it is a whole number of. */
    public static String span(long millis) {
        Duration time = Duration.ofMillis(millis);
        if (millis != 0 && time.toDays() * MILLIS_OF_A_DAY == millis) {
            return time.toDays() + "d";
        }
        return time.toHours() * MILLIS_OF_AN_HOUR == millis ? time.toHours() + "h" : time.toSeconds() + "s";
    }
}
