package dev.tidemark.capture.generation;

import dev.tidemark.schemas.Change;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The last revisions that were captured, to be compared with what the source delivers again: ids don't reveal a source
 * that was restored or replaced, its history does. Holds a number a revision, not the revision. Thread-safe.
 */
final class Overlap {
    /** How many revisions are compared at each connection. */
    static final int REVISIONS = 100;

    private final TreeMap<Long, Long> digests = new TreeMap<>();
    private final RevisionDigest adding = new RevisionDigest(this::put);

    /** Adds whole revisions that follow those before. */
    synchronized void add(List<Change> changes) {
        changes.subList(beginOfLast(changes), changes.size()).forEach(adding::add);
        adding.complete();
    }

    /** Where the last revisions begin that are kept: the others would only be forgotten again. */
    private static int beginOfLast(List<Change> changes) {
        int at = changes.size();
        long main = 0;
        for (int revisions = 0; at > 0; at--) {
            if (changes.get(at - 1).main() != main) {
                if (revisions++ == REVISIONS) {
                    break;
                }
                main = changes.get(at - 1).main();
            }
        }
        return at;
    }

    /** Adds a revision by its number, unless it is known: what was captured is never replaced by what somebody says later. */
    synchronized void learn(long main, long digest) {
        if (!digests.containsKey(main)) {
            put(main, digest);
        }
    }

    /** Adds a revision by its number. */
    synchronized void put(long main, long digest) {
        digests.put(main, digest);
        while (digests.size() > REVISIONS) {
            digests.pollFirstEntry();
        }
    }

    /** The first revision that can be compared; empty if none can. */
    synchronized OptionalLong first() {
        return digests.isEmpty() ? OptionalLong.empty() : OptionalLong.of(digests.firstKey());
    }

    /** Begins a comparison with what is known now; what is compared is held by nobody. */
    synchronized Comparison compare() {
        return new Comparison(Map.copyOf(digests));
    }

    /** Compares whole revisions, change by change. Not thread-safe. */
    static final class Comparison {
        private final Map<Long, Long> known;
        private final RevisionDigest comparing = new RevisionDigest(this::compare);
        private OptionalLong different = OptionalLong.empty();

        private Comparison(Map<Long, Long> known) {
            this.known = known;
        }

        void add(Change change) {
            comparing.add(change);
        }

        /** The first revision that differs from what was captured; empty if all that are known are equal. */
        OptionalLong firstDifference() {
            comparing.complete();
            return different;
        }

        private void compare(long main, long digest) {
            Long captured = known.get(main);
            if (captured != null && captured != digest && different.isEmpty()) {
                different = OptionalLong.of(main);
            }
        }
    }

    /** The first of these whole revisions that differs from what was captured; empty if all that are known are equal. */
    OptionalLong firstDifference(List<Change> changes) {
        Comparison comparison = compare();
        changes.forEach(comparison::add);
        return comparison.firstDifference();
    }
}
