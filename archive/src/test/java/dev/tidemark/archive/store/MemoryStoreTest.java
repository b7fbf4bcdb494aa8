package dev.tidemark.archive.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** The store in memory keeps the contract. */
class MemoryStoreTest extends ObjectStoreContract {
    @Override
    ObjectStore emptyStore() {
        return new MemoryStore(InstantSource.system());
    }

    @Test
    void refusesToOverwriteWithOtherBytes() {
        try (MemoryStore store = new MemoryStore(InstantSource.system())) {
            store.put("a", bytes("1"));

            assertThatThrownBy(() -> store.put("a", bytes("2"))).isInstanceOf(IllegalStateException.class);
        }
    }
}
