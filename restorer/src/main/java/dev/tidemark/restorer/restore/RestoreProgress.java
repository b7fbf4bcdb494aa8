package dev.tidemark.restorer.restore;

/** Hears how far a restore has come, on its own thread, now and then. */
@FunctionalInterface
public interface RestoreProgress {
    /** Nobody listens. */
    RestoreProgress NONE = (records, total) -> {};

    /**
     * Says how far it is.
     *
     * @param records how many records were written
     * @param total how many there will be
     */
    void advanced(long records, long total);
}
