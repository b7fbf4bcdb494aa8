package dev.tidemark.restorer.history;

/**
 * Where a chain of revisions breaks: between two generations, or inside of one.
 *
 * @param first the first missing revision, inclusive; 0 if none is missing or it cannot be known
 * @param last the last missing revision, inclusive; 0 if none is missing or it cannot be known
 * @param cause the kind of event: COMPACTED, SOURCE_REPLACED, TOPIC_LOST, DISORDER, or MISSING for a break in the chain
 * @param detail one sentence for an operator
 */
public record Hole(long first, long last, String cause, String detail) {
    private static final String SAME_HISTORY = "COMPACTED";

    /** How much is known of what is missing. */
    public enum Missing {
        /** A range of revisions. */
        RANGE,
        /** Nothing: the next generation holds all that follows. */
        NONE,
        /**
         * Nobody can say: the history that goes on may have other revisions under the same numbers, or nobody wrote down
         * how far the one before had come.
         */
        UNKNOWN
    }

    /** How much is known of what is missing. */
    public Missing missing() {
        if (first > 0) {
            return Missing.RANGE;
        }
        // the format has one 0 for both: only after a compaction capture knows of both ends
        return cause.equals(SAME_HISTORY) ? Missing.NONE : Missing.UNKNOWN;
    }

    /** Whether the range is known and holds {@code revision}. */
    public boolean contains(long revision) {
        return first > 0 && first <= revision && revision <= last;
    }

    @Override
    public String toString() {
        String range =
                switch (missing()) {
                    case RANGE -> "revisions " + first + ".." + last + " are missing";
                    case NONE -> "no revision is missing";
                    case UNKNOWN -> "it is not known whether revisions are missing";
                };
        return range + " (" + cause + (detail.isEmpty() ? "" : ": " + detail) + ")";
    }
}
