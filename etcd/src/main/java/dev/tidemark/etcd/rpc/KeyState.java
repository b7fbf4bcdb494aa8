package dev.tidemark.etcd.rpc;

/**
 * A key as it stands in etcd. Arrays are the caller's own.
 *
 * @param key the key
 * @param value its value
 * @param createRevision the main revision that created it
 * @param modRevision the main revision that last changed it
 * @param version puts since its creation
 * @param lease its lease's id; 0 without one
 */
public record KeyState(byte[] key, byte[] value, long createRevision, long modRevision, long version, long lease) {}
