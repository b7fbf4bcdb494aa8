package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the bases that came with snapshots behind the newest one, which repeats the rows of all before it. */
final class SnapshotBases {
    private SnapshotBases() {}

    /** Those that count, oldest first; one read each but for the newest. */
    static List<BaseManifest> counting(ObjectReader reader, Optional<Stored<BaseManifest>> newest, Floors floors) {
        List<BaseManifest> all = new ArrayList<>();
        newest.map(Stored::content).ifPresent(head -> {
            String generation = head.getBase().getGeneration();
            String chain = ArchiveLayout.bases(generation);
            for (ManifestRow row : head.getRecent()) {
                if (floors.counts(chain, row.getSeq(), row.getLast())) {
                    all.add(reader.base(generation, row.getSeq(), row.getSha256())
                            .content());
                }
            }
            if (floors.counts(chain, head)) {
                all.add(head);
            }
        });
        return List.copyOf(all);
    }
}
