package dev.tidemark.archive.store;

/** What the store said to a create-if-absent; whatever it said, only reading the name back settles it. */
public enum CreateOutcome {
    /** The store said that the object was created. */
    CREATED,
    /** The store said that the name was taken; perhaps by an earlier try of ours. */
    EXISTS,
    /** No usable answer came: the object may or may not have been created, or may yet be. */
    UNKNOWN
}
