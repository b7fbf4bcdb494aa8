package dev.tidemark.archive.retention;

import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Up to when everything that was uploaded for a generation has its manifest, or will never get one. Whoever pauses
 * between an upload and its manifest, however long, holds up the chain that the manifest is for: its next one is not
 * there, so the time of what that one is made of bounds what may be deleted. No clock decides this.
 */
final class Settled {
    private static final int HOUR = 2;

    private Settled() {}

    /** Whether more may come of a generation. */
    enum Topic {
        /** It is the newest. */
        GOES_ON,
        /** Another one follows it in the archive: all of it was folded before. */
        IS_OVER
    }

    /** That time, by the clock of capture. */
    static Instant at(GenerationCatalog generation, Topic topic) {
        long settled = topic == Topic.GOES_ON
                ? generation
                        .head(0)
                        .map(CheckpointManifest::getLastCapturedAtMillis)
                        .orElse(0L)
                : Long.MAX_VALUE;
        for (int level = 1; level <= generation.levels(); level++) {
            long merged = generation
                    .head(level)
                    .map(CheckpointManifest::getLast)
                    .orElse(generation.header().getBaseRevision());
            settled = Math.min(settled, firstCapturedAfter(generation, level - 1, merged));
        }
        long based = generation
                .syntheticHead()
                .map(ManifestRow::getLast)
                .orElse(generation.header().getBaseRevision());
        settled = Math.min(settled, firstCapturedAfter(generation, HOUR, based));
        return settled == Long.MAX_VALUE ? Instant.MAX : Instant.ofEpochMilli(settled);
    }

    private static long firstCapturedAfter(GenerationCatalog generation, int level, long revision) {
        Optional<CheckpointManifest> head = generation.head(level);
        if (level > generation.levels() || head.isEmpty() || head.get().getLast() <= revision) {
            return Long.MAX_VALUE;
        }
        List<ManifestRow> rows = generation.rows(level, new RevisionRange(revision + 1, revision + 1));
        return rows.isEmpty() ? 0 : rows.get(0).getFirstCapturedAtMillis();
    }
}
