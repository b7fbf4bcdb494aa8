package dev.tidemark.restorer.restore;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.etcd.file.BucketEntry;
import dev.tidemark.etcd.file.LeaseRecords;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.tail.Tail;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SideRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Leases and auth as of a plan's revision: of the side state, and what the log says of leases since then comes first. */
final class SideTable {
    private final Map<String, List<SideRecord>> buckets;
    private final Map<Long, Long> ttls = new HashMap<>();

    private SideTable(Map<String, List<SideRecord>> buckets) {
        this.buckets = buckets;
    }

    static SideTable read(ClusterArchive archive, RestorePlan plan, SideUse side, Optional<Tail> tail) {
        SideTable table = new SideTable(archive.readSide(side.object()));
        List<SeenLease> named = named(archive, plan);
        named.stream().filter(lease -> lease.getSeenBy() <= side.revision()).forEach(table::learn);
        table.learnSide(archive.root() + side.object().getName());
        named.stream().filter(lease -> lease.getSeenBy() > side.revision()).forEach(table::learn);
        if (plan.tail().isPresent()) {
            tail.orElseThrow().leases().forEach(table::learn);
        }
        return table;
    }

    /** What the plan's base and checkpoints say of leases, oldest first. */
    private static List<SeenLease> named(ClusterArchive archive, RestorePlan plan) {
        List<SeenLease> named = new ArrayList<>(archive.leases(plan.base().manifest()));
        Stream.concat(plan.checkpoints().stream(), plan.segment().stream())
                .forEach(checkpoint -> named.addAll(archive.leases(checkpoint)));
        return named;
    }

    /** The leases with those ids; one that nothing is known of gets the TTL for such. */
    RestoreResult.Leases leases(Set<Long> ids, long unknownTtlSeconds) {
        List<LeaseTtl> kept = new ArrayList<>();
        List<LeaseTtl> guessed = new ArrayList<>();
        ids.stream().sorted().forEach(id -> {
            Long ttl = ttls.get(id);
            if (ttl == null) {
                guessed.add(new LeaseTtl(id, unknownTtlSeconds));
            } else {
                kept.add(new LeaseTtl(id, ttl));
            }
        });
        return new RestoreResult.Leases(kept, guessed);
    }

    /** The pairs of a bucket. */
    List<BucketEntry> pairs(String bucket) {
        return buckets.getOrDefault(bucket, List.of()).stream()
                .map(pair -> new BucketEntry(bytes(pair.getKey()), bytes(pair.getValue())))
                .toList();
    }

    private void learnSide(String name) {
        try {
            pairs("lease").forEach(pair -> learn(LeaseRecords.decode(pair)));
        } catch (IllegalArgumentException e) {
            throw new DamagedObjectException(name, "holds a lease that cannot be decoded: " + e.getMessage(), e);
        }
    }

    private void learn(SeenLease lease) {
        learn(new LeaseTtl(lease.getId(), lease.getTtlSeconds()));
    }

    private void learn(LeaseTtl lease) {
        if (lease.ttlSeconds() >= 1) {
            ttls.put(lease.id(), lease.ttlSeconds());
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }
}
