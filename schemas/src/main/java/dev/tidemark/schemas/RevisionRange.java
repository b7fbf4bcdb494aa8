package dev.tidemark.schemas;

/**
 * A run of main revisions without gaps.
 *
 * @param first the first main revision, inclusive, at least 1
 * @param last the last main revision, inclusive, at least {@code first}
 */
public record RevisionRange(long first, long last) {
    public RevisionRange {
        if (first < 1 || last < first) {
            throw new IllegalArgumentException("not a revision range: " + first + ".." + last);
        }
    }

    /** Parses the form {@code first..last}. */
    public static RevisionRange parse(String text) {
        int dots = text.indexOf("..");
        if (dots < 0) {
            throw new IllegalArgumentException("not a revision range: \"" + text + "\"");
        }
        return new RevisionRange(
                Revision.parse(text.substring(0, dots)).main(),
                Revision.parse(text.substring(dots + 2)).main());
    }

    /** Whether {@code next} begins right after this range ends. */
    public boolean isFollowedBy(RevisionRange next) {
        return next.first == last + 1;
    }

    /** Whether {@code main} lies in this range. */
    public boolean contains(long main) {
        return first <= main && main <= last;
    }

    /** How many revisions there are. */
    public long size() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first + ".." + last;
    }
}
