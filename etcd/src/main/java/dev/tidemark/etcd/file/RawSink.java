package dev.tidemark.etcd.file;

/** Receives entries where they stand in a page. */
@FunctionalInterface
interface RawSink {
    /** Takes one entry; the bytes are valid only during the call. {@code page} is for messages. */
    void entry(byte[] bytes, int keyAt, int keySize, int valueAt, int valueSize, long page);
}
