package dev.tidemark.archive.retention;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Supplier;

/** Tells the time of a store: by that, and no other clock, the age of its objects is told. */
final class StoreClock {
    private final ObjectStore store;
    private final Supplier<String> attemptIds;

    StoreClock(ObjectStore store, Supplier<String> attemptIds) {
        this.store = store;
        this.attemptIds = attemptIds;
    }

    Instant now() {
        String name = ArchiveLayout.probes() + attemptIds.get() + "/clock";
        store.put(name, "what time is it".getBytes(StandardCharsets.US_ASCII));
        try {
            return store.stat(name)
                    .orElseThrow(() -> new StoreUnavailableException(
                            name + " was written to " + store.uri() + ", but is not there",
                            "tidemark check --store says whether the store can be used",
                            null))
                    .storedAt();
        } finally {
            store.delete(name);
        }
    }
}
