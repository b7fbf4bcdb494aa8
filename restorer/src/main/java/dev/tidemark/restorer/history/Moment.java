package dev.tidemark.restorer.history;

import java.time.Instant;

/**
 * A revision of a generation, with the bounds of the moment at which the source committed it.
 *
 * @param generation the generation's id
 * @param revision the main revision
 * @param notBeforeMillis when it is known not to have existed yet, milliseconds since the epoch; 0 if unknown
 * @param notAfterMillis when it was captured, milliseconds since the epoch; 0 if unknown
 */
public record Moment(String generation, long revision, long notBeforeMillis, long notAfterMillis) {
    @Override
    public String toString() {
        String text = "revision " + revision + " of generation " + generation;
        if (notAfterMillis == 0) {
            return text + " (time unknown)";
        }
        String until = Instant.ofEpochMilli(notAfterMillis).toString();
        return notBeforeMillis == 0
                ? text + " (at or before " + until + ")"
                : text + " (between " + Instant.ofEpochMilli(notBeforeMillis) + " and " + until + ")";
    }
}
