package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.history.Chapter;
import dev.tidemark.restorer.history.History;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Works out what a restore reads: a pure function of what is known and of the target. It covers every revision from the
 * base to the target or fails with the hole; it never takes another revision than the one that was asked for.
 */
public final class RestorePlanner {
    /** The level that holds every revision. */
    private static final int RAW = 0;

    private RestorePlanner() {}

    /**
     * The plan.
     *
     * @param now decides what lies in the future
     * @param comparison tells whether a revision that several generations hold may mean several states
     * @throws UnreachableTargetException if the target cannot be restored
     * @throws AmbiguousRevisionException if it may mean several states
     */
    public static RestorePlan plan(History history, Target target, Instant now, StateComparison comparison) {
        TargetResolver.Resolved resolved = new TargetResolver(history, now, comparison).resolve(target);
        BaseUse base = base(resolved.chapter(), resolved.revision());
        return assemble(history, resolved, base, resolved.chapter().levels());
    }

    /**
     * The plan that starts at a base no newer than {@code oldest}, so that the raw history after it is read too.
     *
     * @throws UnreachableTargetException if the target cannot be restored, or the raw history does not reach back so far
     */
    public static RestorePlan planFrom(
            History history, Target target, long oldest, Instant now, StateComparison comparison) {
        TargetResolver.Resolved resolved = new TargetResolver(history, now, comparison).resolve(target);
        Chapter chapter = resolved.chapter();
        long first = chapter.rangeOf(resolved.revision()).orElseThrow().first();
        BaseUse base = uses(chapter, resolved.revision())
                .filter(use -> use.revision() <= oldest)
                .max(Comparator.comparingLong(BaseUse::revision))
                .orElseThrow(() -> new UnreachableTargetException(
                        "raw history since revision " + oldest + " is not kept: in generation " + chapter.generation()
                                + " it starts at " + first,
                        null,
                        new Neighbours(Optional.empty(), Optional.of(chapter.moment(first)))));
        return assemble(history, resolved, base, RAW);
    }

    /**
     * @param level the largest level whose checkpoints may be taken
     */
    private static RestorePlan assemble(History history, TargetResolver.Resolved resolved, BaseUse base, int level) {
        Reach reach = new Reach(history);
        Chapter chapter = resolved.chapter();
        long revision = resolved.revision();
        long snapshot = base.manifest().getBase().getRevision();
        List<CheckpointManifest> wanted = cover(chapter, level, snapshot + 1, revision);
        long reached = dense(reach, chapter, snapshot, wanted);
        Optional<RevisionRange> tail = revision > reached ? tail(reach, chapter, reached, revision) : Optional.empty();
        List<CheckpointManifest> whole = new ArrayList<>(wanted);
        whole.removeIf(checkpoint -> checkpoint.getLast() > revision);
        Optional<CheckpointManifest> partial = wanted.stream()
                .filter(checkpoint -> checkpoint.getLast() > revision)
                .findFirst();
        Cost cost = Cost.of(base, revision, wanted);
        return new RestorePlan(
                chapter.moment(revision),
                resolved.doubt(),
                base,
                whole,
                partial,
                tail,
                reach.newestKnown(),
                cost.objects(),
                cost.bytes(),
                history.note());
    }

    /** The checkpoints for a range: the largest that lie wholly in it, smaller ones before and after them. */
    private static List<CheckpointManifest> cover(Chapter chapter, int level, long first, long last) {
        if (first > last) {
            return List.of();
        }
        if (level == RAW) {
            return chapter.checkpoints(first, last);
        }
        List<CheckpointManifest> whole = chapter.inside(level, first, last);
        if (whole.isEmpty()) {
            return cover(chapter, level - 1, first, last);
        }
        List<CheckpointManifest> all =
                new ArrayList<>(cover(chapter, level - 1, first, whole.get(0).getFirst() - 1));
        all.addAll(whole);
        all.addAll(cover(chapter, level - 1, whole.get(whole.size() - 1).getLast() + 1, last));
        return all;
    }

    private static BaseUse base(Chapter chapter, long revision) {
        return uses(chapter, revision)
                .max(Comparator.comparingLong(BaseUse::revision).thenComparing(BaseUse::point))
                .orElseThrow();
    }

    /** The bases from which a revision can be reached: a kept one alone, or those since which every revision is kept. */
    private static Stream<BaseUse> uses(Chapter chapter, long revision) {
        return chapter.kept().stream()
                .filter(kept -> kept.getFirst() <= revision && revision <= kept.getLast())
                .findFirst()
                .map(kept -> both(chapter.open(kept)).filter(use -> use.revision() <= revision))
                .orElseGet(() -> usesInWindow(chapter, revision));
    }

    private static Stream<BaseUse> usesInWindow(Chapter chapter, long upTo) {
        return Stream.concat(
                        chapter.bases().stream().flatMap(RestorePlanner::both),
                        // It knows one state only.
                        chapter.synthetic(upTo).map(manifest -> new BaseUse(manifest, BaseUse.Point.SNAPSHOT)).stream())
                .filter(use -> use.revision() <= upTo);
    }

    private static Stream<BaseUse> both(BaseManifest manifest) {
        return Stream.of(BaseUse.Point.values()).map(point -> new BaseUse(manifest, point));
    }

    /** Checks that checkpoints follow a base and each other; says how far they reach. */
    private static long dense(Reach reach, Chapter chapter, long after, List<CheckpointManifest> checkpoints) {
        long last = after;
        for (CheckpointManifest checkpoint : checkpoints) {
            if (checkpoint.getFirst() > last + 1 || checkpoint.getLast() <= last) {
                throw broken(reach, chapter, last + 1, checkpoint.getFirst() - 1);
            }
            last = checkpoint.getLast();
        }
        return last;
    }

    private static Optional<RevisionRange> tail(Reach reach, Chapter chapter, long reached, long revision) {
        long archived = chapter.head().map(CheckpointManifest::getLast).orElse(reached);
        if (reached < archived) {
            long next = chapter.checkpoints(reached + 1, archived).get(0).getFirst();
            throw broken(reach, chapter, reached + 1, next - 1);
        }
        RevisionRange range = chapter.tail()
                .filter(held -> held.last() >= revision)
                .orElseThrow(() -> broken(reach, chapter, reached + 1, revision));
        if (range.first() > reached + 1) {
            throw broken(reach, chapter, reached + 1, range.first() - 1);
        }
        return Optional.of(new RevisionRange(reached + 1, revision));
    }

    private static UnreachableTargetException broken(Reach reach, Chapter chapter, long first, long last) {
        Hole hole = new Hole(first, last, "MISSING", "no checkpoint of the archive holds them");
        Optional<Moment> lower = Optional.of(chapter.moment(first - 1));
        return new UnreachableTargetException(
                "generation " + chapter.generation() + " is not dense",
                hole,
                new Neighbours(lower, reach.around(hole.last()).higher()));
    }
}
