package dev.tidemark.capture.source;

import dev.tidemark.schemas.Change;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Which keys hang on which lease, as far as it was seen: tells when the last key of a lease is gone, and with it perhaps
 * the lease, since a deletion doesn't name the lease that did it. Not thread-safe.
 */
final class LeasedKeys {
    private final int limit;
    private final LongConsumer bereft;
    private final Map<ByteBuffer, Long> leases = new HashMap<>();
    private final Map<Long, Integer> keys = new HashMap<>();

    /**
     * @param limit how many keys are remembered; the next one makes it forget all
     * @param bereft told of each lease that has lost the last of its keys, or whose keys were forgotten
     */
    LeasedKeys(int limit, LongConsumer bereft) {
        this.limit = limit;
        this.bereft = bereft;
    }

    /** Notes a change; in the order of the log. */
    void see(Change change) {
        if (change.lease() == 0 && leases.isEmpty()) {
            return;
        }
        ByteBuffer key = ByteBuffer.wrap(change.key());
        Long before = leases.get(key);
        if (before != null && before == change.lease()) {
            return;
        }
        if (before != null) {
            leases.remove(key);
            loosen(before);
        }
        if (change.lease() != 0) {
            if (leases.size() >= limit) {
                forget();
            }
            leases.put(key, change.lease());
            keys.merge(change.lease(), 1, Integer::sum);
        }
    }

    /** Forgets all keys: each of their leases counts as bereft. */
    void forget() {
        keys.keySet().forEach(bereft::accept);
        keys.clear();
        leases.clear();
    }

    private void loosen(long lease) {
        if (keys.merge(lease, -1, Integer::sum) == 0) {
            keys.remove(lease);
            bereft.accept(lease);
        }
    }
}
