package dev.tidemark.archive.store;

import dev.tidemark.archive.seal.Sealing;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;

/** The store of who has no keys keeps the contract where nothing is sealed. */
class ClearStoreTest extends ObjectStoreContract {
    @Override
    ObjectStore emptyStore() {
        return Sealing.of(List.of(), Sealing.Clear.REFUSE)
                .over(new MemoryStore(Clock.systemUTC()), InstantSource.system());
    }
}
