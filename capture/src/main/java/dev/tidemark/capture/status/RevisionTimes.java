package dev.tidemark.capture.status;

import java.util.ArrayList;
import java.util.List;

/**
 * When the source's revisions were first known to exist, coarsely: the older the coarser, and never more than a thousand
 * marks. Errs to the early side, so that a lag is never understated. Not thread-safe.
 */
final class RevisionTimes {
    private static final int MOST = 1_000;
    private static final long FINEST_MILLIS = 100;

    private List<Mark> marks = new ArrayList<>();
    private long gapMillis = FINEST_MILLIS;

    /** Revisions after the mark before, up to {@code revision}, may exist since {@code sinceMillis}. */
    private record Mark(long revision, long sinceMillis) {}

    /** Notes that the source has a revision, and that the ones before it that are not known yet may exist since then. */
    void seen(long revision, long sinceMillis) {
        if (revision <= newest()) {
            return;
        }
        Mark last = marks.isEmpty() ? null : marks.get(marks.size() - 1);
        if (last != null && sinceMillis - last.sinceMillis < gapMillis) {
            marks.set(marks.size() - 1, new Mark(revision, last.sinceMillis));
        } else {
            marks.add(new Mark(revision, sinceMillis));
            thinOut();
        }
    }

    /** The newest revision known; 0 if none is. */
    long newest() {
        return marks.isEmpty() ? 0 : marks.get(marks.size() - 1).revision;
    }

    /** Since when a revision may exist; the oldest time known for an older one, {@code now} for one not known yet. */
    long since(long revision, long now) {
        if (revision > newest()) {
            return now;
        }
        int low = 0;
        int high = marks.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (marks.get(middle).revision < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return marks.get(low).sinceMillis;
    }

    /** The source's history is another one, or unknown from here on. */
    void forget() {
        marks = new ArrayList<>();
        gapMillis = FINEST_MILLIS;
    }

    private void thinOut() {
        if (marks.size() <= MOST) {
            return;
        }
        gapMillis *= 2;
        List<Mark> fewer = new ArrayList<>();
        for (int i = 0; i < marks.size(); i += 2) {
            Mark first = marks.get(i);
            Mark second = i + 1 < marks.size() ? marks.get(i + 1) : first;
            fewer.add(new Mark(second.revision, first.sinceMillis));
        }
        marks = fewer;
    }
}
