package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.LevelWriter;
import dev.tidemark.archive.catalog.SyntheticWriter;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Makes what is due above a generation's level 0: levels, and synthetic bases. All of it is a pure function of committed
 * manifests, so it may be done by anybody, twice at the same time, and be cut off anywhere: the next one does the same.
 * After any exception the same call may be repeated, or a new object begun. Not thread-safe.
 *
 * <p>A piece that cannot be made, perhaps since an object that it needs is damaged, keeps no other from being made but
 * those that follow from it.
 */
public final class Upkeep {
    /** The sequence number where the newest manifest cannot be read. */
    private static final long UNKNOWN = -1;

    private final LevelWriter levels;
    private final LevelBuilder levelBuilder;
    private final BaseBuilder baseBuilder;

    private final SyntheticWriter bases;
    private final Setbacks setbacks;
    private final String generation;
    /** What has failed since a failure was thrown last. */
    private final Set<String> failed = new LinkedHashSet<>();

    private Upkeep(
            ClusterArchive archive,
            LevelWriter levels,
            SyntheticWriter bases,
            DataUploader up,
            Path scratch,
            Setbacks setbacks) {
        this.levels = levels;
        this.generation = levels.header().getGeneration();
        this.bases = bases;
        this.setbacks = setbacks;
        this.levelBuilder = new LevelBuilder(archive, levels, up, scratch);
        this.baseBuilder = new BaseBuilder(archive, levels, bases, up, scratch);
    }

    /**
     * The upkeep of a generation; empty if the archive does not have it.
     *
     * @param attemptIds makes a fresh ULID at each call
     * @param scratch a directory that exists, for segments until they are uploaded
     * @param setbacks what failed before, and where what fails now is kept
     */
    public static Optional<Upkeep> of(
            ClusterArchive archive, String generation, Supplier<String> attemptIds, Path scratch, Setbacks setbacks) {
        return archive.levels(generation).flatMap(levels -> archive.syntheticBases(generation)
                .map(bases -> new Upkeep(archive, levels, bases, archive.uploader(attemptIds), scratch, setbacks)));
    }

    /** Looks whether level 0 has grown: two requests. */
    public void refresh() {
        levels.refresh();
    }

    /**
     * Does the next piece of work that is due, the one that spares restores most first; empty if nothing is due as of the
     * last {@link #refresh}, but what rests after a failure.
     *
     * @throws RuntimeException once nothing else can be done: the first of those that failed since a failure was thrown last
     * @throws dev.tidemark.archive.store.StoreUnavailableException at once, since no other piece would fare better
     */
    public Optional<Done> next() {
        Optional<Done> done = attempt(BaseBuilder.NAME, bases::nextSeq, baseBuilder::next);
        for (int level = levels.levels().size(); done.isEmpty() && level >= 1; level--) {
            int which = level;
            done = attempt(LevelBuilder.name(level), () -> levels.nextSeq(which), () -> levelBuilder.next(which));
        }
        if (done.isEmpty()) {
            throwFirstFailure();
        }
        return done;
    }

    private void throwFirstFailure() {
        Optional<RuntimeException> first = failed.stream()
                .flatMap(what -> setbacks.why(generation, what).stream())
                .findFirst();
        failed.clear();
        if (first.isPresent()) {
            throw first.get();
        }
    }

    private Optional<Done> attempt(String what, LongSupplier place, Supplier<Optional<Done>> builder) {
        long seq = UNKNOWN;
        try {
            seq = place.getAsLong();
            if (setbacks.isResting(generation, what, seq)) {
                return Optional.empty();
            }
            Optional<Done> done = builder.get();
            setbacks.over(generation, what);
            failed.remove(what);
            return done;
        } catch (RuntimeException e) {
            if (e instanceof StoreUnavailableException) {
                throw e;
            }
            setbacks.failed(generation, what, seq, e);
            failed.add(what);
            return Optional.empty();
        }
    }
}
