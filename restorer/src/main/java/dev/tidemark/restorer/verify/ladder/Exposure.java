package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.schemas.RevisionRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Which revisions of one generation a restore may not bring back without an object: rather a few too many than one too
 * few. It is told what there is while the generation is walked, and asked afterwards. Thread-safe.
 */
final class Exposure {
    /** A base: its compaction revision and its revision. */
    private record Base(long compacted, long revision) {}

    private final List<Base> bases = new ArrayList<>();
    private final TreeSet<Long> sides = new TreeSet<>();
    /** Those of them that have a manifest of their own. */
    private final TreeSet<Long> renewed = new TreeSet<>();

    private long last;

    synchronized void base(long compacted, long revision) {
        bases.add(new Base(compacted, revision));
        sides.add(revision);
        reached(revision);
    }

    /** A base that was worked out from the archive: it knows one revision, and has no side state of its own. */
    synchronized void synthetic(long revision) {
        bases.add(new Base(revision, revision));
        reached(revision);
    }

    synchronized void side(long revision) {
        sides.add(revision);
        renewed.add(revision);
    }

    /** The generation reaches up to here at least. */
    synchronized void reached(long revision) {
        last = Math.max(last, revision);
    }

    /** Whether a base of that revision was told of. */
    synchronized boolean hasBaseAt(long revision) {
        return bases.stream().anyMatch(base -> base.revision == revision);
    }

    /** The last revision that the generation reaches at least. */
    synchronized long reaches() {
        return last;
    }

    /** Everything that can be restored. */
    synchronized Optional<RevisionRange> all() {
        return range(0, last);
    }

    /** What needs records of a checkpoint that ends with {@code checkpointLast}, from a revision on. */
    synchronized Optional<RevisionRange> ofCheckpoint(long from, long checkpointLast) {
        OptionalLong next = bases.stream()
                .filter(base -> base.revision >= checkpointLast)
                .mapToLong(base -> base.compacted > checkpointLast ? base.compacted : base.revision)
                .min();
        return range(from, next.orElse(last + 1) - 1);
    }

    /**
     * What reads a merged checkpoint: it is read as a whole, after a base before its first revision. Whoever starts from a
     * later base does without it.
     *
     * @param from the first revision at which it is read: its last one, or an earlier one that is found by way of it
     */
    synchronized Optional<RevisionRange> ofMerged(long from, long first) {
        OptionalLong next = bases.stream()
                .filter(base -> base.revision >= first)
                .mapToLong(base -> base.compacted >= first ? base.compacted : base.revision)
                .min();
        return range(from, next.orElse(last + 1) - 1);
    }

    /** The newest revision. */
    synchronized Optional<RevisionRange> newest() {
        return range(last, last);
    }

    /** What needs records of the base at that revision, from a revision on. */
    synchronized Optional<RevisionRange> ofBase(long from, long baseRevision) {
        OptionalLong next = bases.stream()
                .filter(base -> base.revision > baseRevision)
                .mapToLong(base -> base.compacted > baseRevision ? base.compacted : base.revision)
                .min();
        return range(from, next.orElse(last + 1) - 1);
    }

    /** What lies between two revisions, as far as it can be restored. */
    synchronized Optional<RevisionRange> within(long from, long until) {
        return range(from, until);
    }

    /** What takes leases, users and roles from the side state of that revision. */
    synchronized Optional<RevisionRange> ofSide(long from, long revision) {
        Long next = sides.higher(revision);
        return range(from, next == null ? last : next - 1);
    }

    /** What looks at the manifest of the side state of that revision, also where a base's is taken in the end. */
    synchronized Optional<RevisionRange> ofSideManifest(long from, long revision) {
        Long next = renewed.higher(revision);
        return range(from, next == null ? last : next - 1);
    }

    private Optional<RevisionRange> range(long from, long until) {
        OptionalLong earliest = bases.stream().mapToLong(Base::compacted).min();
        if (earliest.isEmpty()) {
            return Optional.empty();
        }
        long first = Math.max(1, Math.max(from, earliest.getAsLong()));
        return first > until ? Optional.empty() : Optional.of(new RevisionRange(first, until));
    }
}
