package dev.tidemark.archive.retention;

/**
 * What can be restored of a generation.
 *
 * @param generation its id
 * @param kind whether every revision of the range, or what a single base brings back
 * @param from the first revision, inclusive
 * @param fromMillis when that was captured at the latest: milliseconds since the epoch
 * @param to the last revision, inclusive
 * @param toMillis when that was captured at the latest
 */
public record Restorable(String generation, Kind kind, long from, long fromMillis, long to, long toMillis) {
    /** How much of a range there is. */
    public enum Kind {
        /** Every revision. */
        EVERY_REVISION,
        /** What is kept of a full hour or day. */
        KEPT_POINT
    }
}
