package dev.tidemark.restorer.past;

import dev.tidemark.schemas.Change;
import java.util.Arrays;

/**
 * A key as it stood at a moment.
 *
 * @param key its bytes
 * @param value its value's bytes
 * @param createRevision the revision that created it
 * @param modRevision the revision that put this value
 * @param version puts since its creation, from 1
 * @param lease the id of its lease; 0 without one
 * @param capturedAtMillis when the value was captured, milliseconds since the epoch; of what is older than the first
 *     snapshot of its generation, when that was taken
 */
public record PastRecord(
        byte[] key,
        byte[] value,
        long createRevision,
        long modRevision,
        long version,
        long lease,
        long capturedAtMillis) {
    static PastRecord of(Change put) {
        return new PastRecord(
                put.key(),
                put.value(),
                put.createRevision(),
                put.main(),
                put.version(),
                put.lease(),
                put.capturedAtMillis());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PastRecord other
                && Arrays.equals(key, other.key)
                && Arrays.equals(value, other.value)
                && createRevision == other.createRevision
                && modRevision == other.modRevision
                && version == other.version
                && lease == other.lease
                && capturedAtMillis == other.capturedAtMillis;
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key) * 31 + Long.hashCode(modRevision);
    }

    @Override
    public String toString() {
        return "key[" + key.length + "] at " + modRevision + ", value[" + value.length + "]";
    }
}
