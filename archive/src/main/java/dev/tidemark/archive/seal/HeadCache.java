package dev.tidemark.archive.seal;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

    /** An object's first bytes, if they are remembered. */
    Optional<byte[]> find(String name) {
        synchronized (heads) {
            return Optional.ofNullable(heads.get(name));
        }
    }

    /** Remembers the first bytes of an object, of which a part has opened with them. */
    void proven(String name, byte[] head) {
        synchronized (heads) {
            heads.put(name, head);
        }
    }

    /** An object's first {@link SealedHeader#BYTES} bytes, or all of a shorter one, as the store gives them now. */
    byte[] fetch(String name) {
        try {
            return store.read(name, 0, SealedHeader.BYTES);
        } catch (DamagedObjectException e) {
            // Shorter than any sealed object: what to make of it is for the reader to say.
            return store.get(name);
        }
    }
}
