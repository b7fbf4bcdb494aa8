package dev.tidemark.restorer.past;

import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.restorer.Scratch;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.history.ArchiveHistory;
import dev.tidemark.restorer.history.Chapter;
import dev.tidemark.restorer.plan.AmbiguousRevisionException;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.plan.RestorePlanner;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.tail.TailException;
import dev.tidemark.restorer.targets.Target;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * The past of a cluster as archive and topic told it when it was opened: plans what a target needs, and reads what a plan
 * names. Closing it drops its temporary files.
 */
public final class Past implements Closeable {
    private final Sources sources;
    private final Scratch scratch;
    private final ArchiveHistory history;

    private Past(Sources sources, Scratch scratch, ArchiveHistory history) {
        this.sources = sources;
        this.scratch = scratch;
        this.history = history;
    }

    /** All that is known, the topic's newest revisions included. */
    public static Past open(Sources sources) {
        return open(sources, directory -> ArchiveHistory.open(sources, directory));
    }

    /** What must be known for a target: the topic is not asked where the archive alone gives the same answer. */
    public static Past openFor(Sources sources, Target target) {
        return open(sources, directory -> ArchiveHistory.openFor(sources, target, directory));
    }

    private static Past open(Sources sources, Function<Path, ArchiveHistory> reading) {
        Scratch scratch = Scratch.in(sources.scratch());
        try {
            return new Past(sources, scratch, reading.apply(scratch.directory()));
        } catch (RuntimeException | Error e) {
            scratch.close();
            throw e;
        }
    }

    /** What it plans with. */
    public ArchiveHistory history() {
        return history;
    }

    /** A directory that goes away when this is closed. */
    public Path directory() {
        return scratch.directory();
    }

    /**
     * The plan for a target.
     *
     * @throws UnreachableTargetException if the target cannot be restored
     * @throws AmbiguousRevisionException if it may mean several states
     * @throws TailException if it may depend on the topic, and that cannot be read
     */
    public RestorePlan plan(Target target) {
        history.require(target);
        return plan(target, sources.clock().instant());
    }

    private RestorePlan plan(Target target, Instant now) {
        return RestorePlanner.plan(history, target, now, this::sameState);
    }

    /** The plan for a target that reads all raw history since a revision; fails as {@link #plan} does. */
    public RestorePlan planFrom(Target target, long oldest) {
        history.require(target);
        return RestorePlanner.planFrom(history, target, oldest, sources.clock().instant(), this::sameState);
    }

    /** The oldest revision since which a plan's generation holds every record. */
    long rawHistoryStart(RestorePlan plan) {
        return history.chapter(plan.generation())
                .rangeOf(plan.revision())
                .orElseThrow()
                .first();
    }

    private boolean sameState(long revision, Chapter one, Chapter other) {
        return digest(revision, one).equals(digest(revision, other));
    }

    private String digest(long revision, Chapter chapter) {
        return StateDigest.of(state(plan(Target.revision(chapter.generation(), revision), Instant.MAX)));
    }

    /** The state at a plan's revision, with the tombstones of that revision itself: what etcd holds, compacted there. */
    public RecordPass state(RestorePlan plan) {
        return selection(plan).state();
    }

    /**
     * What an etcd holds that was compacted at an earlier revision than the plan's: the state there, its tombstones, and
     * every record since.
     */
    public RecordPass historySince(RestorePlan plan, long compacted) {
        return selection(plan).history(compacted);
    }

    /** What counts in HashKV of an etcd compacted at an earlier revision: every record since, and older live ones. */
    RecordPass hashedSince(RestorePlan plan, long compacted) {
        return selection(plan).hashed(compacted);
    }

    private Selection selection(RestorePlan plan) {
        return new Selection(plan.revision(), inputs(plan, PlanInputs.Purpose.MERGE), scratch.directory());
    }

    /** Where a plan's keys are looked up, oldest first: in index runs where there are any. */
    List<PastLayer> layers(RestorePlan plan) {
        return PlanLayers.of(sources.archive(), plan, history.tail());
    }

    /** The same by the segments' own indexes alone. */
    List<PastLayer> segmentLayers(RestorePlan plan) {
        return PlanLayers.ofSegments(inputs(plan, PlanInputs.Purpose.LOOKUP));
    }

    private List<Survivors.Input> inputs(RestorePlan plan, PlanInputs.Purpose purpose) {
        return PlanInputs.open(sources.archive(), plan, history.tail(), purpose);
    }

    @Override
    public void close() {
        scratch.close();
    }
}
