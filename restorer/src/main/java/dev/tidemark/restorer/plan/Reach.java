package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.history.Chapter;
import dev.tidemark.restorer.history.History;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.schemas.RevisionRange;
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
                history.chapters().stream().filter(Chapter::isRestorable).toList();
    }

    /** The generations of which anything can be restored, newest first. */
    List<Chapter> restorable() {
        return restorable;
    }

    /** The newest revision that the source is known to have reached in any generation, restorable or not. */
    long newestKnown() {
        long seen = history.chapters().stream().mapToLong(Reach::newestOf).max().orElse(0);
        long pending =
                history.pending().map(History.PendingGeneration::baseRevision).orElse(0L);
        return Math.max(seen, pending);
    }

    private static long newestOf(Chapter chapter) {
        long base = chapter.isRestorable() ? chapter.latest() : 0;
        long head = chapter.head().map(CheckpointManifest::getLast).orElse(0L);
        long tail = chapter.tail().map(RevisionRange::last).orElse(0L);
        long missing = chapter.end().map(Hole::last).orElse(0L);
        return Math.max(Math.max(base, head), Math.max(tail, missing));
    }

    /** The restorable moments nearest to a revision that is not restorable. */
    Neighbours around(long revision) {
        Optional<Moment> lower = restorable.stream()
                .flatMap(chapter -> chapter.ranges().stream()
                        .filter(range -> range.first() < revision)
                        .map(range -> new Place(chapter, Math.min(range.last(), revision - 1))))
                .max(Comparator.comparingLong(Place::revision))
                .map(Place::moment);
        Optional<Moment> higher = restorable.stream()
                .flatMap(chapter -> chapter.ranges().stream()
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
                                chapter.window().map(RevisionRange::first).stream())
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
                before.map(chapter -> chapter.moment(chapter.latest())),
                after.map(chapter -> chapter.moment(chapter.earliest())));
    }
}
