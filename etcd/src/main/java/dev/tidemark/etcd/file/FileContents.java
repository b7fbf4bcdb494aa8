package dev.tidemark.etcd.file;

import dev.tidemark.schemas.LeaseTtl;
import java.util.List;
import java.util.Optional;

/**
 * What a written file holds beside its key records. Members, cluster version, alarms, consistent index, term and
 * configuration state are never written: they belong to the cluster that the file came from.
 *
 * @param leases every lease with its granted TTL, each id once, TTL known; their order does not matter
 * @param auth raw pairs of bucket {@code auth}
 * @param authUsers raw pairs of bucket {@code authUsers}
 * @param authRoles raw pairs of bucket {@code authRoles}
 * @param storageVersion the storage version, only for targets that are known to accept it; normally empty
 */
public record FileContents(
        List<LeaseTtl> leases,
        List<BucketEntry> auth,
        List<BucketEntry> authUsers,
        List<BucketEntry> authRoles,
        Optional<String> storageVersion) {
    public FileContents {
        leases = List.copyOf(leases);
        auth = List.copyOf(auth);
        authUsers = List.copyOf(authUsers);
        authRoles = List.copyOf(authRoles);
    }

    /** Leases, and nothing else. */
    public static FileContents of(List<LeaseTtl> leases) {
        return new FileContents(leases, List.of(), List.of(), List.of(), Optional.empty());
    }
}
