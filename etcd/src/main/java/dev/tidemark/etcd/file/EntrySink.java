package dev.tidemark.etcd.file;

/** Receives a bucket's entries in ascending key order. */
@FunctionalInterface
public interface EntrySink {
    /** Takes one entry; the arrays are the receiver's own. */
    void entry(byte[] key, byte[] value);
}
