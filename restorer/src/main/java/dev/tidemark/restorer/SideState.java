package dev.tidemark.restorer;

import dev.tidemark.etcd.file.BucketEntry;
import dev.tidemark.schemas.LeaseTtl;
import java.util.ArrayList;
import java.util.List;

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

    /** All leases, whatever is known of them. */
    List<LeaseTtl> allLeases() {
        List<LeaseTtl> all = new ArrayList<>(leases.kept());
        all.addAll(leases.guessed());
        return all;
    }
}
