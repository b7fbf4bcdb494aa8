package dev.tidemark.archive.segment;

/** Takes versions of keys by (key, main, sub). */
public interface VersionSink {
    /** Nobody wants to know. */
    VersionSink NONE = (key, keyLength, main, sub, tombstone) -> {};

    /** The next version; only the first {@code keyLength} bytes of the key count, only during the call. */
    void version(byte[] key, int keyLength, long main, long sub, boolean tombstone);
}
