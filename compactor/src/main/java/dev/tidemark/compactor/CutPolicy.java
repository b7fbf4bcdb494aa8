package dev.tidemark.compactor;

/**
 * Where the log is cut into intervals: a pure function of record timestamps and record contents, both of which stand in
 * the log. What an interval knows begins with its own first record, so a replay from any cut makes the same cuts again.
 *
 * @param intervalMillis time between the timestamps of an interval's first record and of the record it is cut before
 * @param maxBytes record bytes after which an interval is cut
 */
record CutPolicy(long intervalMillis, long maxBytes) {
    /** Leases after which an interval is cut: a manifest lists them, and must fit into one small object. */
    static final int MAX_LEASES = 50_000;

    /** The interval that holds nothing yet: never cut. */
    static final Interval EMPTY = new Interval(0, 0, 0, 0);

    /**
     * What the policy knows of an open interval.
     *
     * @param firstMillis timestamp of its first record with revisions
     * @param latestMillis largest timestamp since then: a broker's clock may go back when the leader changes
     * @param bytes bytes of its records with revisions; 0 only if there is none
     * @param leases leases that came with its revisions
     */
    record Interval(long firstMillis, long latestMillis, long bytes, long leases) {
        boolean isEmpty() {
            return bytes == 0;
        }

        /** The interval with one more record that carries revisions, or a part of one. */
        Interval with(long timestampMillis, long recordBytes, long recordLeases) {
            return isEmpty()
                    ? new Interval(timestampMillis, timestampMillis, recordBytes, recordLeases)
                    : new Interval(
                            firstMillis,
                            Math.max(latestMillis, timestampMillis),
                            bytes + recordBytes,
                            leases + recordLeases);
        }

        /** The interval after a record that carries no revisions: only time passes. */
        Interval at(long timestampMillis) {
            return isEmpty() ? this : new Interval(firstMillis, Math.max(latestMillis, timestampMillis), bytes, leases);
        }
    }

    /** Whether {@code open} is cut before the record with this timestamp. */
    boolean cutsBefore(long timestampMillis, Interval open) {
        return !open.isEmpty()
                && (open.bytes >= maxBytes
                        || open.leases >= MAX_LEASES
                        || Math.max(open.latestMillis, timestampMillis) - open.firstMillis >= intervalMillis);
    }
}
