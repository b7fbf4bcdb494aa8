package dev.tidemark.restorer;

import dev.tidemark.schemas.avro.BaseManifest;
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

    /** The newest revision that the source is known to have reached in any generation. */
    long newestKnown() {
        long restorableLast = restorable.stream().mapToLong(Reach::latest).max().orElse(0);
        long headers = history.chapters().stream()
                .flatMap(chapter -> chapter.head().stream())
                .mapToLong(head -> head.getLast())
                .max()
                .orElse(0);
        long pending =
                history.pending().map(History.PendingGeneration::baseRevision).orElse(0L);
        return Math.max(restorableLast, Math.max(headers, pending));
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
