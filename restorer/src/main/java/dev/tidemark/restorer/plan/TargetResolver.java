package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.history.Chapter;
import dev.tidemark.restorer.history.History;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Finds which revision of which generation a target means, or why none. */
final class TargetResolver {
    private final History history;
    private final Reach reach;
    private final Instant now;
    private final StateComparison comparison;

    TargetResolver(History history, Instant now, StateComparison comparison) {
        this.history = history;
        this.reach = new Reach(history);
        this.now = now;
        this.comparison = comparison;
    }

    /**
     * What a target means.
     *
     * @param chapter the generation
     * @param revision the revision
     * @param doubt why a time does not surely mean it
     */
    record Resolved(Chapter chapter, long revision, Optional<Doubt> doubt) {
        private static Resolved surely(Chapter chapter, long revision) {
            return new Resolved(chapter, revision, Optional.empty());
        }
    }

    Resolved resolve(Target target) {
        if (reach.restorable().isEmpty()) {
            throw unreachable("nothing can be restored yet" + captured(), null, Optional.empty(), Optional.empty());
        }
        if (target instanceof Target.AtRevision asked) {
            return asked.generation().isPresent()
                    ? inGeneration(asked.generation().get(), asked.revision())
                    : byRevision(asked.revision());
        }
        if (target instanceof Target.AtTime asked) {
            return byTime(asked.time());
        }
        if (target instanceof Target.BeforeDelete asked) {
            return beforeDelete(asked);
        }
        return latest();
    }

    private Resolved latest() {
        Chapter newest = reach.restorable().get(0);
        unfinished().ifPresent(pending -> {
            throw notYet("latest", pending, newest);
        });
        return Resolved.surely(newest, newest.latest());
    }

    private Resolved inGeneration(String generation, long revision) {
        Chapter chapter = history.chapters().stream()
                .filter(candidate -> candidate.generation().equals(generation))
                .findFirst()
                .orElseThrow(() -> new UnreachableTargetException(
                        "the archive holds no generation " + generation, null, reach.around(revision)));
        if (!chapter.holds(revision)) {
            throw outside(revision, "generation " + generation + " does not hold revision " + revision + span(chapter));
        }
        return Resolved.surely(chapter, revision);
    }

    private Resolved byRevision(long revision) {
        List<Chapter> holders = reach.restorable().stream()
                .filter(chapter -> chapter.holds(revision))
                .toList();
        if (holders.isEmpty()) {
            requireNoneOnItsWay(revision);
            throw outside(revision, "revision " + revision + " cannot be restored: " + where(revision));
        }
        Chapter newest = holders.get(0);
        boolean same = holders.stream().skip(1).allMatch(older -> comparison.areSame(revision, newest, older));
        if (!same) {
            throw new AmbiguousRevisionException(
                    revision,
                    holders.stream().map(holder -> holder.moment(revision)).toList());
        }
        return Resolved.surely(newest, revision);
    }

    /** What lies beyond all that is restorable, and in no known hole, may be in the generation that has no base yet. */
    private void requireNoneOnItsWay(long revision) {
        Chapter newest = reach.restorable().get(0);
        boolean beyond = revision > newest.latest()
                && newest.end().filter(hole -> hole.contains(revision)).isEmpty();
        unfinished().filter(pending -> beyond).ifPresent(pending -> {
            throw notYet("revision " + revision, pending, newest);
        });
    }

    private Resolved byTime(Instant time) {
        if (time.isAfter(now)) {
            Chapter newest = reach.restorable().get(0);
            throw unreachable(
                    time + " is in the future (it is " + now + ")", null, Optional.of(newest), Optional.empty());
        }
        long millis = time.toEpochMilli();
        List<Chapter> chapters = reach.restorable();
        unfinished().filter(pending -> pending.openedAtMillis() <= millis).ifPresent(pending -> {
            throw notYet(time.toString(), pending, chapters.get(0));
        });
        for (int i = 0; i < chapters.size(); i++) {
            Optional<BaseManifest> oldest = chapters.get(i).oldest();
            if (oldest.isPresent() && oldest.get().getBase().getCapturedAtMillis() <= millis) {
                return inside(
                        chapters.get(i),
                        oldest.get().getBase().getRevision(),
                        millis,
                        i == 0 ? Optional.empty() : Optional.of(chapters.get(i - 1)));
            }
            if (chapters.get(i).kept().stream().anyMatch(kept -> kept.getCapturedAtMillis() <= millis)) {
                throw new UnreachableTargetException(
                        time + " lies where not every revision is kept any more, only single ones",
                        null,
                        reach.around(time));
            }
        }
        throw beforeAllTimes(time, chapters.get(chapters.size() - 1));
    }

    private static UnreachableTargetException beforeAllTimes(Instant time, Chapter oldest) {
        RevisionRange first = oldest.ranges().get(0);
        long known = oldest.kept().isEmpty()
                ? oldest.oldest().orElseThrow().getBase().getRevision()
                : first.last();
        return unreachable(
                time + " lies before all times that are known: revisions " + first.first() + ".." + known
                        + " exist, times unknown",
                null,
                Optional.empty(),
                Optional.of(oldest));
    }

    private Resolved inside(Chapter chapter, long base, long millis, Optional<Chapter> after) {
        long last = chapter.latest();
        long revision = Math.max(base, chapter.lastCapturedBy(millis).orElse(base));
        if (revision == last) {
            return atTheEnd(chapter, millis, after);
        }
        OptionalLong possible = chapter.lastPossiblyBefore(millis);
        if (possible.isEmpty() || possible.getAsLong() <= revision) {
            return Resolved.surely(chapter, revision);
        }
        Moment next = chapter.moment(revision + 1);
        Doubt doubt = new Doubt(revision + 1, possible.getAsLong(), next.notBeforeMillis(), next.notAfterMillis());
        return new Resolved(chapter, revision, Optional.of(doubt));
    }

    /** At or after a generation's last revision: sure as long as the source is known to have stood there. */
    private Resolved atTheEnd(Chapter chapter, long millis, Optional<Chapter> after) {
        long last = chapter.latest();
        Moment end = chapter.moment(last);
        long proven = Math.max(chapter.provenMillis(), end.notAfterMillis());
        if (millis <= proven) {
            return Resolved.surely(chapter, last);
        }
        if (after.isPresent() || chapter.end().isPresent()) {
            throw unreachable(
                    Instant.ofEpochMilli(millis) + " lies behind the end of generation " + chapter.generation()
                            + ", and nothing is known until the next one begins",
                    chapter.end().orElse(null),
                    Optional.of(chapter),
                    after);
        }
        return new Resolved(chapter, last, Optional.of(new Doubt(last + 1, 0, proven, 0)));
    }

    /** The key's last deletion may be in a generation that cannot be read yet: an older one is no answer then. */
    private Resolved beforeDelete(Target.BeforeDelete asked) {
        unfinished().ifPresent(pending -> {
            throw notYet(asked.toString(), pending, reach.restorable().get(0));
        });
        for (Chapter chapter : reach.restorable()) {
            OptionalLong death = chapter.lastDeath(asked.key());
            if (death.isPresent()) {
                long revision = death.getAsLong() - 1;
                if (!chapter.holds(revision)) {
                    throw outside(revision, asked + " means revision " + revision + ", which is no longer kept");
                }
                return Resolved.surely(chapter, revision);
            }
        }
        throw new UnreachableTargetException(
                asked + ": no deletion of this key stands in what is kept",
                null,
                Reach.between(Optional.of(reach.restorable().get(0)), Optional.empty()));
    }

    /** The newest generation, if it has no base yet. */
    private Optional<History.PendingGeneration> unfinished() {
        if (history.pending().isPresent()) {
            return history.pending();
        }
        return history.chapters().stream()
                .findFirst()
                .filter(chapter -> !chapter.isRestorable())
                .map(chapter -> new History.PendingGeneration(chapter.generation(), 0, chapter.openedAtMillis()));
    }

    private UnreachableTargetException notYet(String asked, History.PendingGeneration pending, Chapter before) {
        return unreachable(
                asked + " cannot be had yet: generation " + pending.generation()
                        + " is captured but not yet restorable, its base is still on its way",
                before.end().orElse(null),
                Optional.of(before),
                Optional.empty());
    }

    private UnreachableTargetException outside(long revision, String problem) {
        Hole hole = history.chapters().stream()
                .flatMap(chapter -> chapter.end().stream())
                .filter(end -> end.contains(revision))
                .findFirst()
                .orElse(null);
        return new UnreachableTargetException(problem, hole, reach.around(revision));
    }

    private String where(long revision) {
        long newest = reach.newestKnown();
        if (revision > newest) {
            return "it lies in the future, the newest known is " + newest;
        }
        long earliest =
                reach.restorable().stream().mapToLong(Chapter::earliest).min().orElseThrow();
        if (revision < earliest) {
            return "it lies before the earliest that is kept, " + earliest;
        }
        return history.chapters().stream()
                        .flatMap(chapter -> chapter.end().stream())
                        .anyMatch(hole -> hole.contains(revision))
                ? "it lies in a hole"
                : "of the revisions around it only single ones are kept";
    }

    private static String span(Chapter chapter) {
        if (!chapter.isRestorable()) {
            return chapter.isGivenUp() ? ", nothing of it is kept" : ", it has no base yet";
        }
        String kept = chapter.kept().isEmpty()
                ? ""
                : ", of those before "
                        + chapter.window().map(RevisionRange::first).orElse(chapter.latest())
                        + " only single ones";
        return ", it reaches from " + chapter.earliest() + " to " + chapter.latest() + kept;
    }

    private String captured() {
        return unfinished()
                .map(pending -> ": generation " + pending.generation() + " is captured, its base is still on its way")
                .orElse(": nothing was captured");
    }

    private static UnreachableTargetException unreachable(
            String problem, Hole hole, Optional<Chapter> before, Optional<Chapter> after) {
        return new UnreachableTargetException(problem, hole, Reach.between(before, after));
    }
}
