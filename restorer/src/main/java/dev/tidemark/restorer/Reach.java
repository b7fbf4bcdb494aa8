package dev.tidemark.restorer;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.KeptBase;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** From where to where each generation reaches, as far as anything of it can be restored. */
final class Reach {
    private final List<Chapter> restorable;
    private final History history;

    Reach(History history) {
        this.history = history;
        this.restorable =
                history.chapters().stream().filter(Reach::isRestorable).toList();
    }

    /** The generations of which anything can be restored, newest first. */
    List<Chapter> restorable() {
        return restorable;
    }

    /** Whether anything of a generation can be restored. */
    static boolean isRestorable(Chapter chapter) {
        return chapter.oldest().isPresent() || !chapter.kept().isEmpty();
    }

    /** The revisions of a generation that can be restored, oldest first: what is kept, then every one since a base. */
    static List<RevisionRange> ranges(Chapter chapter) {
        return Stream.concat(
                        chapter.kept().stream().map(kept -> new RevisionRange(kept.getFirst(), kept.getLast())),
                        window(chapter).stream())
                .toList();
    }

    /** The range of which every revision can be restored; empty if only what is kept can. */
    static Optional<RevisionRange> window(Chapter chapter) {
        return chapter.oldest().map(oldest -> new RevisionRange(firstOf(chapter, oldest), lastOf(chapter, oldest)));
    }

    private static long firstOf(Chapter chapter, BaseManifest oldest) {
        return Stream.concat(chapter.bases().stream(), Stream.of(oldest))
                .mapToLong(manifest -> manifest.getBase().getCompactRevision())
                .min()
                .orElseThrow();
    }

    private static long lastOf(Chapter chapter, BaseManifest oldest) {
        long bases = Stream.concat(chapter.bases().stream(), Stream.of(oldest))
                .mapToLong(manifest -> manifest.getBase().getRevision())
                .max()
                .orElseThrow();
        long archive = chapter.head().map(head -> head.getLast()).orElse(bases);
        long topic = chapter.tail().map(tail -> tail.range().last()).orElse(archive);
        return Math.max(bases, Math.max(archive, topic));
    }

    /** The range of a generation that holds a revision. */
    static Optional<RevisionRange> rangeOf(Chapter chapter, long revision) {
        return ranges(chapter).stream()
                .filter(range -> range.contains(revision))
                .findFirst();
    }

    /** The first restorable revision of a generation of which anything can be restored. */
    static long earliest(Chapter chapter) {
        return ranges(chapter).get(0).first();
    }

    /** The last restorable revision of a generation of which anything can be restored. */
    static long latest(Chapter chapter) {
        List<RevisionRange> ranges = ranges(chapter);
        return ranges.get(ranges.size() - 1).last();
    }

    /** Whether a revision of a generation can be restored. */
    static boolean holds(Chapter chapter, long revision) {
        return rangeOf(chapter, revision).isPresent();
    }

    /** The newest revision that the source is known to have reached in any generation, restorable or not. */
    long newestKnown() {
        long seen = history.chapters().stream().mapToLong(Reach::newestOf).max().orElse(0);
        long pending =
                history.pending().map(History.PendingGeneration::baseRevision).orElse(0L);
        return Math.max(seen, pending);
    }

    private static long newestOf(Chapter chapter) {
        long base = isRestorable(chapter) ? latest(chapter) : 0;
        long head = chapter.head().map(CheckpointManifest::getLast).orElse(0L);
        long tail = chapter.tail().map(held -> held.range().last()).orElse(0L);
        long missing = chapter.end().map(Hole::last).orElse(0L);
        return Math.max(Math.max(base, head), Math.max(tail, missing));
    }

    /** The restorable moments nearest to a revision that is not restorable. */
    Neighbours around(long revision) {
        Optional<Moment> lower = restorable.stream()
                .flatMap(chapter -> ranges(chapter).stream()
                        .filter(range -> range.first() < revision)
                        .map(range -> new Place(chapter, Math.min(range.last(), revision - 1))))
                .max(Comparator.comparingLong(Place::revision))
                .map(Place::moment);
        Optional<Moment> higher = restorable.stream()
                .flatMap(chapter -> ranges(chapter).stream()
                        .filter(range -> range.last() > revision)
                        .map(range -> new Place(chapter, Math.max(range.first(), revision + 1))))
                .min(Comparator.comparingLong(Place::revision))
                .map(Place::moment);
        return new Neighbours(lower, higher);
    }

    /** A revision of a generation. */
    private record Place(Chapter chapter, long revision) {
        private Moment moment() {
            return chapter.moment(revision);
        }
    }

    /** The moments nearest to a time of which only some moments are kept. */
    Neighbours around(Instant time) {
        List<Moment> known = restorable.stream()
                .flatMap(chapter -> Stream.concat(
                                chapter.kept().stream().map(KeptBase::getLast),
                                window(chapter).map(RevisionRange::first).stream())
                        .map(chapter::moment))
                .sorted(Comparator.comparingLong(Moment::notAfterMillis))
                .toList();
        long millis = time.toEpochMilli();
        return new Neighbours(
                known.stream()
                        .filter(moment -> moment.notAfterMillis() <= millis)
                        .reduce((before, last) -> last),
                known.stream()
                        .filter(moment -> moment.notAfterMillis() > millis)
                        .findFirst());
    }

    /** The last moment of one generation and the first of another. */
    static Neighbours between(Optional<Chapter> before, Optional<Chapter> after) {
        return new Neighbours(
                before.map(chapter -> chapter.moment(latest(chapter))),
                after.map(chapter -> chapter.moment(earliest(chapter))));
    }
}
