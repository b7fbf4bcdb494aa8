package dev.tidemark.schemas;

/** What a change did to its key. */
public enum ChangeType {
    /** The key was created or overwritten. */
    PUT,
    /** The key was deleted, by a client or by the end of its lease. */
    DELETE
}
