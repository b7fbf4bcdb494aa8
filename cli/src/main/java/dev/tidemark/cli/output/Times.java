package dev.tidemark.cli.output;

import java.time.Instant;

/** Writes moments: RFC 3339 in UTC, or null where a time is not known. */
public final class Times {
    private Times() {}

    /** For scripts; null for 0. */
    public static String document(long millis) {
        return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
    }

    /** For people. */
    public static String shown(long millis) {
        return millis == 0 ? "time unknown" : Instant.ofEpochMilli(millis).toString();
    }
}
