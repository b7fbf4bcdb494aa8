package dev.tidemark.restorer.plan;

import java.time.Instant;

/**
 * Why a time does not name one revision surely: capture was late, and what it saw next may have been committed before
 * that time or after it.
 *
 * @param first the first revision in doubt: the one after the resolved revision
 * @param last the last revision in doubt, inclusive; 0 if it is not known yet
 * @param notBeforeMillis when the source is known to have stood at the resolved revision, milliseconds since the epoch
 * @param notAfterMillis when the first revision in doubt was captured, milliseconds since the epoch; 0 if not yet
 */
public record Doubt(long first, long last, long notBeforeMillis, long notAfterMillis) {
    @Override
    public String toString() {
        String from = notBeforeMillis == 0
                ? "an unknown time"
                : Instant.ofEpochMilli(notBeforeMillis).toString();
        return notAfterMillis == 0
                ? "nothing is known of the source after " + from + ": revisions from " + first + " on may exist"
                : "revisions " + first + ".." + last + " may have been committed before the asked time: between " + from
                        + " and " + Instant.ofEpochMilli(notAfterMillis) + " capture did not see the source";
    }
}
