package dev.tidemark.archive.store;

import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.archive.seal.SealingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;

/** A sealed store that may hold objects in the clear keeps the contract; in memory, where nothing is ever written twice. */
class OlderThanItsKeysTest extends ObjectStoreContract {
    @Override
    ObjectStore emptyStore() throws IOException {
        Path key = Files.createTempDirectory(scratch, "keys").resolve("key");
        SealingKey.create(key, new SecureRandom());
        return Sealing.of(List.of(key), Sealing.Clear.READ)
                .over(new MemoryStore(Clock.systemUTC()), InstantSource.system());
    }
}
