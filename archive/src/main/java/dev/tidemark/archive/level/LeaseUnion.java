package dev.tidemark.archive.level;

import dev.tidemark.schemas.avro.SeenLease;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The leases of several checkpoints, each as it was named last; a TTL that is not known replaces none that is. */
final class LeaseUnion {
    private final Map<Long, SeenLease> leases = new TreeMap<>();

    /** Takes what a later checkpoint names. */
    void add(SeenLease lease) {
        if (lease.getTtlSeconds() >= 1 || !leases.containsKey(lease.getId())) {
            leases.put(lease.getId(), lease);
        }
    }

    /** All of them, by id. */
    List<SeenLease> all() {
        return List.copyOf(leases.values());
    }

    /** Those that were named after a revision: what a side state of that revision does not know better. */
    List<SeenLease> after(long revision) {
        return leases.values().stream()
                .filter(lease -> lease.getSeenBy() > revision)
                .toList();
    }
}
