package dev.tidemark.restorer.history;

import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.KeptBase;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What is known of one generation: manifests, and single records where a moment cannot be found without them. Revisions
 * are main revisions; ranges include both ends. Answers of one object agree with each other however often they are asked.
 */
public interface Chapter {
    /** The generation's id. */
    String generation();

    /** When capture opened it, milliseconds since the epoch. */
    long openedAtMillis();

    /** Its bases that came with snapshots and count, oldest first. */
    List<BaseManifest> bases();

    /** The base since which every revision is kept; empty while the first one is still on its way, and when none is. */
    Optional<BaseManifest> oldest();

    /** Whether nothing of it is kept but single revisions, if any. */
    boolean isGivenUp();

    /** What is kept before that base, by revision: each brings back its own revisions alone. */
    List<KeptBase> kept();

    /** One of those. */
    BaseManifest open(KeptBase kept);

    /** The newest base of a revision or before it that was worked out from the archive alone. */
    Optional<BaseManifest> synthetic(long revision);

    /** How many levels of merged checkpoints there may be above those cut from the topic. */
    int levels();

    /** The checkpoints of a level above 0 that lie wholly in a range, oldest first: dense, but for the range's ends. */
    List<CheckpointManifest> inside(int level, long first, long last);

    /** Its newest checkpoint of level 0. */
    Optional<CheckpointManifest> head();

    /** The checkpoints of level 0 that hold any revision of a range, oldest first; what is missing is simply not among them. */
    List<CheckpointManifest> checkpoints(long first, long last);

    /** The revisions that are captured but not yet in the archive. */
    Optional<RevisionRange> tail();

    /** Up to when the source is known to have committed nothing after its last revision; 0 if nothing says so. */
    long provenMillis();

    /** What is missing after it; empty for the generation that still goes on. */
    Optional<Hole> end();

    /** The bounds in time of a revision that its bases, checkpoints or tail hold. */
    Moment moment(long revision);

    /** The last revision after the bases that was captured at or before a time; empty if that is none. */
    OptionalLong lastCapturedBy(long millis);

    /** The last revision after the bases that may have existed before a time, by its lower bound; empty if that is none. */
    OptionalLong lastPossiblyBefore(long millis);

    /** The newest revision that deleted a key that lived until then; empty if nothing kept says so. */
    OptionalLong lastDeath(byte[] key);

    /** Whether anything of it can be restored. */
    default boolean isRestorable() {
        return oldest().isPresent() || !kept().isEmpty();
    }

    /** The revisions that can be restored, oldest first: what is kept, then every one since a base. */
    default List<RevisionRange> ranges() {
        return Stream.concat(
                        kept().stream().map(kept -> new RevisionRange(kept.getFirst(), kept.getLast())),
                        window().stream())
                .toList();
    }

    /** The range of which every revision can be restored; empty if only what is kept can. */
    default Optional<RevisionRange> window() {
        return oldest().map(oldest -> new RevisionRange(firstOf(oldest), lastOf(oldest)));
    }

    private long firstOf(BaseManifest oldest) {
        return Stream.concat(bases().stream(), Stream.of(oldest))
                .mapToLong(manifest -> manifest.getBase().getCompactRevision())
                .min()
                .orElseThrow();
    }

    private long lastOf(BaseManifest oldest) {
        long bases = Stream.concat(bases().stream(), Stream.of(oldest))
                .mapToLong(manifest -> manifest.getBase().getRevision())
                .max()
                .orElseThrow();
        long archive = head().map(CheckpointManifest::getLast).orElse(bases);
        long topic = tail().map(RevisionRange::last).orElse(archive);
        return Math.max(bases, Math.max(archive, topic));
    }

    /** The range that can be restored and holds a revision. */
    default Optional<RevisionRange> rangeOf(long revision) {
        return ranges().stream().filter(range -> range.contains(revision)).findFirst();
    }

    /** Whether a revision can be restored. */
    default boolean holds(long revision) {
        return rangeOf(revision).isPresent();
    }

    /** The first restorable revision, if anything can be restored. */
    default long earliest() {
        return ranges().get(0).first();
    }

    /** The last restorable revision, if anything can be restored. */
    default long latest() {
        List<RevisionRange> ranges = ranges();
        return ranges.get(ranges.size() - 1).last();
    }
}
