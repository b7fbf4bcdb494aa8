package dev.tidemark.restorer;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** From where to where each generation reaches, as far as anything of it can be restored. */
final class Reach {
    private final List<Chapter> restorable;
    private final History history;

    Reach(History history) {
        this.history = history;
        this.restorable = history.chapters().stream()
                .filter(chapter -> !chapter.bases().isEmpty())
                .toList();
    }

    /** The generations that have a base, newest first. */
    List<Chapter> restorable() {
        return restorable;
    }

    /** The first restorable revision of a generation that has a base. */
    static long earliest(Chapter chapter) {
        return chapter.bases().stream()
                .mapToLong(manifest -> manifest.getBase().getCompactRevision())
                .min()
                .orElseThrow();
    }

    /** The last revision of a generation that has a base. */
    static long latest(Chapter chapter) {
        long bases = chapter.bases().stream()
                .mapToLong(manifest -> manifest.getBase().getRevision())
                .max()
                .orElseThrow();
        long archive = chapter.head().map(head -> head.getLast()).orElse(bases);
        long topic = chapter.tail().map(tail -> tail.range().last()).orElse(archive);
        return Math.max(bases, Math.max(archive, topic));
    }

    /** Whether a revision lies between a generation's first and last. */
    static boolean holds(Chapter chapter, long revision) {
        return earliest(chapter) <= revision && revision <= latest(chapter);
    }

    /** From when on a generation's revisions have times: its oldest base's. */
    static long knownSince(Chapter chapter) {
        return oldest(chapter).getBase().getCapturedAtMillis();
    }

    /** The base with the smallest revision. */
    static BaseManifest oldest(Chapter chapter) {
        return chapter.bases().stream()
                .min(Comparator.comparingLong(manifest -> manifest.getBase().getRevision()))
                .orElseThrow();
    }

    /** The newest revision that the source is known to have reached in any generation, restorable or not. */
    long newestKnown() {
        long seen = history.chapters().stream().mapToLong(Reach::newestOf).max().orElse(0);
        long pending =
                history.pending().map(History.PendingGeneration::baseRevision).orElse(0L);
        return Math.max(seen, pending);
    }

    private static long newestOf(Chapter chapter) {
        long base = chapter.bases().isEmpty() ? 0 : latest(chapter);
        long head = chapter.head().map(CheckpointManifest::getLast).orElse(0L);
        long tail = chapter.tail().map(held -> held.range().last()).orElse(0L);
        long missing = chapter.end().map(Hole::last).orElse(0L);
        return Math.max(Math.max(base, head), Math.max(tail, missing));
    }

    /** The restorable moments nearest to a revision that is not restorable. */
    Neighbours around(long revision) {
        Optional<Moment> lower = restorable.stream()
                .filter(chapter -> earliest(chapter) < revision)
                .map(chapter -> chapter.moment(Math.min(latest(chapter), revision - 1)))
                .reduce((one, other) -> other.revision() > one.revision() ? other : one);
        Optional<Moment> higher = restorable.stream()
                .filter(chapter -> earliest(chapter) > revision)
                .map(chapter -> chapter.moment(earliest(chapter)))
                .reduce((one, other) -> other.revision() < one.revision() ? other : one);
        return new Neighbours(lower, higher);
    }

    /** The last moment of one generation and the first of another. */
    static Neighbours between(Optional<Chapter> before, Optional<Chapter> after) {
        return new Neighbours(
                before.map(chapter -> chapter.moment(latest(chapter))),
                after.map(chapter -> chapter.moment(earliest(chapter))));
    }
}
