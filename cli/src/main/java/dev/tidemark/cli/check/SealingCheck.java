package dev.tidemark.cli.check;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.archive.seal.SealingKey;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Failure;
import java.util.Map;

/**
 * Whether the keys that are set open what the archive seals.
 *
 * @param sealing how the archive is sealed
 * @param root what stands before the cluster's names
 */
public record SealingCheck(Sealing sealing, String root) {
    private static final int NAMED = 5;

    Finding run(String name, ObjectStore store) {
        String keys =
                String.join(", ", sealing.keys().stream().map(SealingKey::id).toList());
        if (sealing.keys().isEmpty()) {
            return store.list(root + ArchiveLayout.keys(), "", 1).isEmpty()
                    ? Finding.ok(name, "objects are stored in the clear: encryption.keys is not set")
                    : Finding.fail(
                            name,
                            Failure.USAGE,
                            "the archive is encrypted, and encryption.keys is not set",
                            "tidemark keys says which keys it needs");
        }
        Map<String, String> unusable = store.unusableKeys(root);
        if (unusable.isEmpty()) {
            return Finding.ok(name, "every data key opens with " + keys);
        }
        return Finding.fail(
                name,
                Failure.VERIFICATION,
                unusable.size() + " wrapped data keys are of no use: "
                        + String.join(
                                ", ", unusable.keySet().stream().limit(NAMED).toList()),
                "tidemark keys says which keys they need; a damaged one comes back by tidemark keys --rewrap while another"
                        + " key opens it");
    }
}
