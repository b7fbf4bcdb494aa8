package dev.tidemark.capture;

import dev.tidemark.schemas.Change;
import java.util.List;
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
        changes.forEach(adding::add);
        adding.complete();
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

    /** The first of these whole revisions that differs from what was captured; empty if all that are known are equal. */
    synchronized OptionalLong firstDifference(List<Change> changes) {
        long[] different = {Long.MAX_VALUE};
        RevisionDigest comparing = new RevisionDigest((main, digest) -> {
            Long known = digests.get(main);
            if (known != null && known != digest) {
                different[0] = Math.min(different[0], main);
            }
        });
        changes.forEach(comparing::add);
        comparing.complete();
        return different[0] == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(different[0]);
    }
}
