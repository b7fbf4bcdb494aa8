package dev.tidemark.restorer.restore;

import dev.tidemark.etcd.file.BucketEntry;
import dev.tidemark.etcd.file.FileContents;
import dev.tidemark.schemas.LeaseTtl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a database holds beside its keys.
 *
 * @param leases the leases of its live keys
 * @param auth raw pairs of bucket {@code auth}
 * @param authUsers raw pairs of bucket {@code authUsers}
 * @param authRoles raw pairs of bucket {@code authRoles}
 */
record SideState(
        RestoreResult.Leases leases, List<BucketEntry> auth, List<BucketEntry> authUsers, List<BucketEntry> authRoles) {
    /** Nothing. */
    static final SideState NONE = new SideState(RestoreResult.Leases.NONE, List.of(), List.of(), List.of());

    /** The same for a database's file; of its leases, whatever is known of them. */
    FileContents contents() {
        List<LeaseTtl> all = new ArrayList<>(leases.kept());
        all.addAll(leases.guessed());
        return new FileContents(all, auth, authUsers, authRoles, Optional.empty());
    }
}
