package dev.tidemark.compactor;

/**
 * A record of the revisions topic as it was read.
 *
 * @param offset its offset
 * @param leaderEpoch the leader epoch it was written under; {@link #UNKNOWN_EPOCH} if the reader could not tell
 * @param timestampMillis the broker's timestamp
 * @param key the cluster's name, UTF-8; capture writes no record without one
 * @param value one encoded event, or a part of one; capture writes no record without one
 */
record LogRecord(long offset, int leaderEpoch, long timestampMillis, byte[] key, byte[] value) {
    static final int UNKNOWN_EPOCH = -1;

    /** Length of the value. */
    int bytes() {
        return value == null ? 0 : value.length;
    }

    /** Bytes that the record takes in memory, about. */
    long weight() {
        return 100L + (key == null ? 0 : key.length) + bytes();
    }
}
