package dev.tidemark.sandbox.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The long leases that live now, for all clients of a workload. Thread-safe. */
final class Leases {
    private final List<Long> ids = new ArrayList<>();

    synchronized void add(long id) {
        ids.add(id);
    }

    /** Any of them; 0 if there is none. */
    synchronized long any(Random random) {
        return ids.isEmpty() ? 0 : ids.get(random.nextInt(ids.size()));
    }

    /** Takes one out, to be revoked; 0 if there is none. */
    synchronized long take(Random random) {
        return ids.isEmpty() ? 0 : ids.remove(random.nextInt(ids.size()));
    }
}
