package dev.tidemark.schemas;

/** Checks at a hand-over that revisions are dense: each next one is the last one plus 1. Not thread-safe. */
public final class RevisionSequence {
    private final String place;
    private long last;

    /**
     * A sequence in which everything up to {@code last} has already passed.
     *
     * @param place where revisions are handed over, for the error's message
     * @param last the last revision that has passed, inclusive
     */
    public RevisionSequence(String place, long last) {
        this.place = place;
        this.last = last;
    }

    /** The last revision that has passed, inclusive. */
    public long last() {
        return last;
    }

    /**
     * Lets one revision pass.
     *
     * @throws DensityException if it is not the one after {@link #last()}; the sequence stands as before
     */
    public void accept(long main) {
        if (main != last + 1) {
            throw new DensityException(place, last + 1, main);
        }
        last = main;
    }

    /**
     * Lets a run of revisions pass.
     *
     * @throws DensityException if it does not begin right after {@link #last()}; the sequence stands as before
     */
    public void accept(RevisionRange range) {
        accept(range.first());
        last = range.last();
    }
}
