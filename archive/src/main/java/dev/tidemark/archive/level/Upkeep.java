package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.LevelWriter;
import dev.tidemark.archive.catalog.SyntheticWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes what is due above a generation's level 0: levels, and synthetic bases. All of it is a pure function of committed
 * manifests, so it may be done by anybody, twice at the same time, and be cut off anywhere: the next one does the same.
 * After any exception the same call may be repeated, or a new object begun. Not thread-safe.
 */
public final class Upkeep {
    private final LevelWriter levels;
    private final LevelBuilder levelBuilder;
    private final BaseBuilder baseBuilder;

    private Upkeep(ClusterArchive archive, LevelWriter levels, SyntheticWriter bases, DataUploader up, Path scratch) {
        this.levels = levels;
        this.levelBuilder = new LevelBuilder(archive, levels, up, scratch);
        this.baseBuilder = new BaseBuilder(archive, levels, bases, up, scratch);
    }

    /**
     * The upkeep of a generation; empty if the archive does not have it.
     *
     * @param attemptIds makes a fresh ULID at each call
     * @param scratch a directory that exists, for segments until they are uploaded
     */
    public static Optional<Upkeep> of(
            ClusterArchive archive, String generation, Supplier<String> attemptIds, Path scratch) {
        return archive.levels(generation).flatMap(levels -> archive.syntheticBases(generation)
                .map(bases -> new Upkeep(archive, levels, bases, archive.uploader(attemptIds), scratch)));
    }

    /** Looks whether level 0 has grown: two requests. */
    public void refresh() {
        levels.refresh();
    }

    /**
     * Does the next piece of work that is due, the one that spares restores most first; empty if nothing is due as of the
     * last {@link #refresh}.
     */
    public Optional<Done> next() {
        Optional<Done> done = baseBuilder.next();
        for (int level = levels.levels().size(); done.isEmpty() && level >= 1; level--) {
            done = levelBuilder.next(level);
        }
        return done;
    }
}
