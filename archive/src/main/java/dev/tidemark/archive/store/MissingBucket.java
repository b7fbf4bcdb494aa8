package dev.tidemark.archive.store;

/** What to do when the bucket or directory of an archive is not there. */
public enum MissingBucket {
    /** An error: the name is probably mistyped, or the storage not mounted. */
    REFUSE,
    /** Make it: for installations that own their store, such as the demo. */
    CREATE
}
