package dev.tidemark.archive.level;

import dev.tidemark.schemas.avro.SeenLease;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;

/**
 * The leases of several checkpoints, each as it was named last; a TTL that is not known replaces none that is. It takes 50
 * to 100 bytes a lease and no object, so that a million of them leaves room for the merge. Not thread-safe.
 */
public final class LeaseUnion {
    private static final int FIRST_SLOTS = 64;

    /** A hash table: at the place of an id, or at the next free one after it. No lease has the id 0. */
    private long[] ids = new long[FIRST_SLOTS];

    private long[] ttls = new long[FIRST_SLOTS];
    private long[] seen = new long[FIRST_SLOTS];
    private int size;

    /** Takes what a later checkpoint names. */
    public void add(SeenLease lease) {
        if (lease.getId() == 0) {
            return;
        }
        if (2 * size >= ids.length) {
            grow();
        }
        int slot = slot(lease.getId());
        if (ids[slot] == 0) {
            size++;
        } else if (lease.getTtlSeconds() < 1) {
            return;
        }
        ids[slot] = lease.getId();
        ttls[slot] = lease.getTtlSeconds();
        seen[slot] = lease.getSeenBy();
    }

    /** All of them, by id. */
    public List<SeenLease> all() {
        return after(Long.MIN_VALUE);
    }

    /** Those that were named after a revision, by id: what a side state of that revision does not know better. */
    public List<SeenLease> after(long revision) {
        long[] sorted = new long[size];
        int count = 0;
        for (int slot = 0; slot < ids.length; slot++) {
            if (ids[slot] != 0 && seen[slot] > revision) {
                sorted[count++] = ids[slot];
            }
        }
        sorted = Arrays.copyOf(sorted, count);
        Arrays.sort(sorted);
        return new Leases(sorted);
    }

    private void grow() {
        long[] formerIds = ids;
        long[] formerTtls = ttls;
        long[] formerSeen = seen;
        ids = new long[2 * formerIds.length];
        ttls = new long[ids.length];
        seen = new long[ids.length];
        for (int i = 0; i < formerIds.length; i++) {
            if (formerIds[i] != 0) {
                int slot = slot(formerIds[i]);
                ids[slot] = formerIds[i];
                ttls[slot] = formerTtls[i];
                seen[slot] = formerSeen[i];
            }
        }
    }

    /** Where an id stands, or would. */
    private int slot(long id) {
        long mixed = id * 0x9e3779b97f4a7c15L;
        int slot = (int) (mixed ^ (mixed >>> 32)) & (ids.length - 1);
        while (ids[slot] != 0 && ids[slot] != id) {
            slot = (slot + 1) & (ids.length - 1);
        }
        return slot;
    }

    /** Some of the leases, each made when it is asked for; they are those of now for as long as nothing is added. */
    private final class Leases extends AbstractList<SeenLease> {
        private final long[] chosen;

        Leases(long[] chosen) {
            this.chosen = chosen;
        }

        @Override
        public SeenLease get(int index) {
            int slot = slot(chosen[index]);
            return new SeenLease(chosen[index], ttls[slot], seen[slot]);
        }

        @Override
        public int size() {
            return chosen.length;
        }
    }
}
