package dev.tidemark.etcd.file;

/** Whether a record is its key's state at the revision in question. A tombstone is never live, whatever is said. */
public enum Liveness {
    /** The record is its key's current state. */
    LIVE,
    /** A later record, put or tombstone, took its place. */
    SUPERSEDED
}
