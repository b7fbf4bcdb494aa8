package dev.tidemark.archive.segment;

/** Walks over versions of keys by (key, main, sub). Not thread-safe. */
public interface VersionCursor {
    /** Goes to the next one; false at the end. */
    boolean next();

    /** The key's bytes; only the first {@link #keyLength} count, only until the next step. Nobody writes into it. */
    byte[] keyArray();

    /** How long the key is. */
    int keyLength();

    /** The main revision. */
    long main();

    /** The sub revision. */
    long sub();

    /** Whether the key was deleted. */
    boolean tombstone();

    /** The object that it is read from, for messages. */
    String object();
}
