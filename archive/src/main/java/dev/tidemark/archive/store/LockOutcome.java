package dev.tidemark.archive.store;

/** What became of an object's lock when it was to last longer. */
public enum LockOutcome {
    /** The store has not locked the object: there is nothing that could last longer. */
    NOT_LOCKED,
    /** It lasts long enough as it is. */
    LONG_ENOUGH,
    /** It was made longer. */
    EXTENDED
}
