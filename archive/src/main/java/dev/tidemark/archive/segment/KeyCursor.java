package dev.tidemark.archive.segment;

/** Walks over a segment's key index, ordered by (key, main, sub); holds a few index blocks. Not thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class KeyCursor {
    KeyCursor() {}

    /** Goes to the next entry; false at the end. */
    public boolean next() {
        throw new UnsupportedOperationException();
    }

    /** A copy of the entry's key. */
    public byte[] key() {
        throw new UnsupportedOperationException();
    }

    /** The entry without its key. */
    public KeyEntry entry() {
        throw new UnsupportedOperationException();
    }
}
