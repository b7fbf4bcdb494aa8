package dev.tidemark.archive.seal;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectStore;
import java.util.LinkedHashMap;
import java.util.Map;

/** The first bytes of the objects that were read last, so that a reader of ranges fetches them once. Thread-safe. */
final class HeadCache {
    private static final int OBJECTS = 4096;

    private final ObjectStore store;
    private final Map<String, byte[]> heads = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
            return size() > OBJECTS;
        }
    };

    HeadCache(ObjectStore store) {
        this.store = store;
    }

    /** An object's first {@link SealedHeader#BYTES} bytes, or all of a shorter one. */
    byte[] of(String name) {
        synchronized (heads) {
            byte[] head = heads.get(name);
            if (head != null) {
                return head;
            }
        }
        return renewed(name);
    }

    /** The same, fetched anew. */
    byte[] renewed(String name) {
        byte[] head = fetch(name);
        synchronized (heads) {
            heads.put(name, head);
        }
        return head;
    }

    private byte[] fetch(String name) {
        try {
            return store.read(name, 0, SealedHeader.BYTES);
        } catch (DamagedObjectException e) {
            // Shorter than any sealed object: what to make of it is for the reader to say.
            return store.get(name);
        }
    }
}
