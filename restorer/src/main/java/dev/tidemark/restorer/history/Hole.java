package dev.tidemark.restorer.history;

/**
 * What is missing between two generations, or inside of one.
 *
 * @param first the first missing revision, inclusive; 0 if it cannot be known
 * @param last the last missing revision, inclusive; 0 if it cannot be known
 * @param cause the kind of event: COMPACTED, SOURCE_REPLACED, TOPIC_LOST, DISORDER, or MISSING for a break in the chain
 * @param detail one sentence for an operator
 */
public record Hole(long first, long last, String cause, String detail) {
    /** Whether the range is known and holds {@code revision}. */
    public boolean contains(long revision) {
        return first > 0 && first <= revision && revision <= last;
    }

    @Override
    public String toString() {
        String range = first > 0 ? "revisions " + first + ".." + last + " are missing" : "an unknown run is missing";
        return range + " (" + cause + (detail.isEmpty() ? "" : ": " + detail) + ")";
    }
}
