package dev.tidemark.restorer.history;

import dev.tidemark.archive.segment.KeyEntry;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.restorer.tail.Tail;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A checkpoint's or the tail's segments, opened: a dense run of revisions.
 *
 * @param range its revisions
 * @param segments its segments in revision order
 */
record Stretch(RevisionRange range, List<Segment> segments) {
    Stretch {
        segments = List.copyOf(segments);
    }

    /** What a tail holds; empty if that is nothing. */
    static Optional<Stretch> of(Tail tail) {
        return tail.range()
                .map(range -> new Stretch(
                        range, tail.segments().stream().map(Segment::open).toList()));
    }

    /** Any change of a revision that it holds; all of them have the same times. */
    Change changeOf(long revision) {
        for (Segment segment : segments) {
            if (segment.ref().getFirstMain() <= revision
                    && revision <= segment.ref().getLastMain()) {
                return segment.read(segment.ordinalsUpTo(revision) - 1);
            }
        }
        throw new IllegalArgumentException("revision " + revision + " is not among " + range);
    }

    /** The last change. */
    Change last() {
        Segment segment = segments.get(segments.size() - 1);
        return segment.read(segment.records() - 1);
    }

    /** The last change for which a condition holds that, once it fails, fails for all that follow. */
    Optional<Change> lastWhile(Predicate<Change> condition) {
        for (int i = segments.size() - 1; i >= 0; i--) {
            Segment segment = segments.get(i);
            Change first = segment.read(0);
            if (condition.test(first)) {
                return Optional.of(lastWhile(segment, first, condition));
            }
        }
        return Optional.empty();
    }

    private static Change lastWhile(Segment segment, Change first, Predicate<Change> condition) {
        Change found = first;
        int low = 0;
        int high = segment.records() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            Change change = segment.read(middle);
            if (condition.test(change)) {
                found = change;
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return found;
    }

    /** The last change that may have been committed before a time, by its lower bound. */
    Optional<Change> lastPossiblyBefore(long millis) {
        for (int i = segments.size() - 1; i >= 0; i--) {
            Optional<Change> found = segments.get(i).lastPossiblyBefore(millis);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Versions of a key, newest first. */
    void versionsNewestFirst(byte[] key, Predicate<KeyEntry> goOn) {
        for (int i = segments.size() - 1; i >= 0; i--) {
            List<KeyEntry> versions = segments.get(i).versions(key);
            for (int v = versions.size() - 1; v >= 0; v--) {
                if (!goOn.test(versions.get(v))) {
                    return;
                }
            }
        }
    }
}
