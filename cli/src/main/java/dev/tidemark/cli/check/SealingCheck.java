package dev.tidemark.cli.check;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.seal.KeyRing;
import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.archive.seal.SealingKey;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Failure;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Whether the keys that are set open what the archive seals; looks at the newest data keys, {@code tidemark keys} at all.
 *
 * @param sealing how the archive is sealed
 * @param root what stands before the cluster's names
 * @param raw opens the store as it is, sealed objects sealed
 */
public record SealingCheck(Sealing sealing, String root, Supplier<ObjectStore> raw) {
    private static final int NEWEST = 30;

    Finding run(String name) {
        try (ObjectStore store = raw.get()) {
            return sealing.keys().isEmpty() ? withoutKeys(name, store) : withKeys(name, store);
        }
    }

    private Finding withoutKeys(String name, ObjectStore store) {
        return store.list(root + ArchiveLayout.keys(), "", 1).isEmpty()
                ? Finding.ok(name, "objects are stored in the clear: encryption.keys is not set")
                : Finding.fail(
                        name,
                        Failure.USAGE,
                        "the archive is encrypted, and encryption.keys is not set",
                        "tidemark keys says which keys it needs");
    }

    private Finding withKeys(String name, ObjectStore store) {
        List<KeyRing.Entry> entries =
                new KeyRing(store, root, sealing, InstantSource.system(), sealing.random()).entries(NEWEST);
        String set =
                String.join(", ", sealing.keys().stream().map(SealingKey::id).toList());
        TreeSet<String> needed = new TreeSet<>();
        entries.stream()
                .filter(entry -> !entry.opens())
                .forEach(entry -> needed.addAll(entry.wraps().keySet()));
        if (entries.stream().anyMatch(entry -> entry.wraps().containsValue(KeyRing.Wrap.DAMAGED))) {
            return Finding.fail(
                    name,
                    Failure.VERIFICATION,
                    "a wrapped data key is damaged",
                    "tidemark keys says which; tidemark keys --rewrap mends it while another key opens that data key");
        }
        return needed.isEmpty()
                ? Finding.ok(name, "the newest data keys (" + entries.size() + ") open with " + set)
                : Finding.fail(
                        name,
                        Failure.USAGE,
                        "the archive needs the key " + String.join(" or ", needed) + "; set are " + set,
                        Sealing.LOST_KEY_HINT);
    }
}
