package dev.tidemark.archive.retention;

/**
 * What became of the locks that retention wants.
 *
 * @param extended how many objects were locked for longer
 * @param missing how many objects should be locked, and the store has not locked them
 */
public record Locks(long extended, long missing) {
    /** No locks are wanted. */
    public static final Locks NONE = new Locks(0, 0);
}
