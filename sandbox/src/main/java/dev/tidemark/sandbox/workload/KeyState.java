package dev.tidemark.sandbox.workload;

import java.util.Arrays;

/**
 * A live key at some revision.
 *
 * @param value never to be written into
 * @param createRevision the main revision that created the key
 * @param modRevision the main revision of its last put
 * @param version puts since its creation, from 1
 * @param lease 0 without one
 */
public record KeyState(byte[] value, long createRevision, long modRevision, long version, long lease) {
    @Override
    public boolean equals(Object o) {
        return o instanceof KeyState other
                && createRevision == other.createRevision
                && modRevision == other.modRevision
                && version == other.version
                && lease == other.lease
                && Arrays.equals(value, other.value);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(modRevision) * 31 + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return "create %d, mod %d, version %d, lease %x, value[%d]"
                .formatted(createRevision, modRevision, version, lease, value.length);
    }
}
