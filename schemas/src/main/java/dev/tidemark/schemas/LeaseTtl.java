package dev.tidemark.schemas;

/**
 * The time to live that a lease was granted.
 *
 * @param id the lease's id, not 0
 * @param ttlSeconds the granted TTL in seconds, or {@link #UNKNOWN}
 */
public record LeaseTtl(long id, long ttlSeconds) {
    /** The lease was gone before it could be asked. */
    public static final long UNKNOWN = -1;

    public LeaseTtl {
        if (id == 0) {
            throw new IllegalArgumentException("lease id 0 means no lease");
        }
    }
}
