package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SeenLease;
import java.util.List;
import java.util.Optional;

/**
 * What a merged checkpoint or synthetic base names, all of it in the archive.
 *
 * @param members the segments with their live sets, in revision order
 * @param leases the leases; empty where they stand in an object
 * @param leaseFile the object that holds the leases, where they are too many for a manifest
 * @param runs its index runs: of a checkpoint one at most
 */
public record MergedData(
        List<Member> members, List<SeenLease> leases, Optional<ObjectRef> leaseFile, List<IndexRun> runs) {
    public MergedData {
        members = List.copyOf(members);
        leases = List.copyOf(leases);
        runs = List.copyOf(runs);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("merged into nothing: the last revision survives always");
        }
    }
}
