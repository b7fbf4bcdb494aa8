package dev.tidemark.archive.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.archive.seal.SealingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A sealed store keeps the contract, and nothing of what it holds can be read without it. */
class SealedStoreTest extends ObjectStoreContract {
    private Path directory;

    @Override
    ObjectStore emptyStore() throws IOException {
        directory = Files.createTempDirectory(scratch, "store");
        Path key = Files.createTempDirectory(scratch, "keys").resolve("key");
        SealingKey.create(key, new SecureRandom());
        return Sealing.of(List.of(key), Sealing.Clear.REFUSE)
                .over(ObjectStores.open(ArchiveSettings.inDirectory(directory.toUri())), InstantSource.system());
    }

    @Test
    void noFileOfTheStoreHoldsWhatWasPut() throws IOException {
        try (ObjectStore store = emptyStore()) {
            Path file = Files.writeString(scratch.resolve("clear"), "the secret in a file");
            store.put("c/d/file", file);
            store.put("c/d/bytes", bytes("the secret in bytes"));
            store.createIfAbsent("c/m/0", bytes("the secret in a manifest"));

            try (var files = Files.walk(directory)) {
                List<Path> stored = files.filter(Files::isRegularFile).toList();
                assertThat(stored).hasSize(4);
                for (Path each : stored) {
                    assertThat(new String(Files.readAllBytes(each), java.nio.charset.StandardCharsets.ISO_8859_1))
                            .as(each.toString())
                            .doesNotContain("secret");
                }
            }
            try (var left = Files.list(scratch)) {
                assertThat(left.filter(path -> path.toString().endsWith(".sealed")))
                        .isEmpty();
            }
        }
    }
}
