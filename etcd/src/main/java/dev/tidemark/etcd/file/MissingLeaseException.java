package dev.tidemark.etcd.file;

import dev.tidemark.schemas.Failure;
import java.nio.file.Path;

/** A live key refers to a lease without a record: etcd would panic at the next put that keeps the key's lease. */
public final class MissingLeaseException extends EtcdFileException {
    private static final long serialVersionUID = 1L;

    private final long lease;

    MissingLeaseException(Path file, long lease, int missing) {
        super(
                Failure.INTERNAL,
                "not written to " + file + ": lease " + Long.toHexString(lease) + " of a live key has no record ("
                        + missing + " such leases)",
                "give every lease of a live key a TTL");
        this.lease = lease;
    }

    /** The id of the first such lease. */
    public long lease() {
        return lease;
    }
}
