package dev.tidemark.schemas;

import java.util.Arrays;

/**
 * One key changed by one revision: the smallest thing that Tidemark keeps. Arrays are shared, not copied, on this hot
 * path: nobody may write into them.
 *
 * @param main the main revision
 * @param sub the change's index in its revision, from 0
 * @param type what happened to the key
 * @param key the key's bytes; empty only for the record that a revision bump of etcdutl leaves behind
 * @param value the value's bytes; empty for a deletion
 * @param createRevision the main revision that created the key; 0 for a deletion
 * @param version puts since the key's creation, from 1; 0 for a deletion
 * @param lease the lease's id; 0 without a lease and for a deletion
 * @param capturedAtMillis when capture received the revision, milliseconds since the epoch
 * @param notBeforeMillis when capture last knew that the revision did not exist yet; 0 if unknown
 */
public record Change(
        long main,
        long sub,
        ChangeType type,
        byte[] key,
        byte[] value,
        long createRevision,
        long version,
        long lease,
        long capturedAtMillis,
        long notBeforeMillis) {
    private static final byte[] NONE = {};

    /** A put. */
    public static Change put(
            long main,
            long sub,
            byte[] key,
            byte[] value,
            long createRevision,
            long version,
            long lease,
            long capturedAtMillis,
            long notBeforeMillis) {
        return new Change(
                main,
                sub,
                ChangeType.PUT,
                key,
                value,
                createRevision,
                version,
                lease,
                capturedAtMillis,
                notBeforeMillis);
    }

    /** A deletion. */
    public static Change delete(long main, long sub, byte[] key, long capturedAtMillis, long notBeforeMillis) {
        return new Change(main, sub, ChangeType.DELETE, key, NONE, 0, 0, 0, capturedAtMillis, notBeforeMillis);
    }

    /** Whether the key was deleted. */
    public boolean isTombstone() {
        return type == ChangeType.DELETE;
    }

    /** The same change at other times. */
    public Change withTimes(long capturedAt, long notBefore) {
        return new Change(main, sub, type, key, value, createRevision, version, lease, capturedAt, notBefore);
    }

    /** Whether both say the same about etcd, whatever the times at which they were captured. */
    public boolean sameContent(Change other) {
        return main == other.main
                && sub == other.sub
                && type == other.type
                && createRevision == other.createRevision
                && version == other.version
                && lease == other.lease
                && Arrays.equals(key, other.key)
                && Arrays.equals(value, other.value);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Change other
                && sameContent(other)
                && capturedAtMillis == other.capturedAtMillis
                && notBeforeMillis == other.notBeforeMillis;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(main * 31 + sub) * 31 + Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return main + "/" + sub + " " + type + " key[" + key.length + "] value[" + value.length + "]";
    }
}
