package dev.tidemark.archive.store;

import java.util.Arrays;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole objects that must pass a check. What fails it is fetched once more, since a network, a proxy or a bad memory
 * bank may have changed it on its way: only bytes that are the same wrong ones twice are damaged where they rest.
 */
public final class SoundReads {
    private static final Logger LOG = LoggerFactory.getLogger(SoundReads.class);

    private SoundReads() {}

    /**
     * The whole object; its bytes fail the check only if they do so where they rest.
     *
     * @throws MissingObjectException if there is none
     * @throws StoreUnavailableException if it came damaged twice, each time differently
     */
    public static byte[] get(ObjectStore store, String name, Predicate<byte[]> sound) {
        byte[] seen = store.get(name);
        if (sound.test(seen)) {
            return seen;
        }
        byte[] again = store.get(name);
        if (Arrays.equals(seen, again)) {
            return again;
        }
        if (sound.test(again)) {
            arrivedDamaged(name);
            return again;
        }
        throw new StoreUnavailableException(
                name + " in " + store.uri() + " came damaged twice, each time differently",
                "something between here and the store changes bytes: network, proxy or memory",
                null);
    }

    /** Says that bytes arrived damaged and came whole the second time. */
    public static void arrivedDamaged(String what) {
        LOG.warn("{} arrived damaged, and whole when it was fetched once more: look at the network", what);
    }
}
