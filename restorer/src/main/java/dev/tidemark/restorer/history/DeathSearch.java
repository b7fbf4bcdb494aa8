package dev.tidemark.restorer.history;

import dev.tidemark.archive.segment.KeyEntry;
import java.util.OptionalLong;

/**
 * Looks through a key's versions, newest first, for the newest revision that ended a life which the revision before it
 * still saw. A key that was put and deleted in one revision, and was not there before, died without having lived at any
 * revision; such a death is passed over.
 */
final class DeathSearch {
    private long candidate;
    private long found;
    private long lastMain = Long.MAX_VALUE;

    /** Takes the next older version; says whether older ones are wanted. */
    boolean visit(KeyEntry version) {
        if (version.main() == lastMain) {
            return true;
        }
        lastMain = version.main();
        if (candidate != 0 && !version.tombstone()) {
            found = candidate;
            return false;
        }
        candidate = version.tombstone() ? version.main() : 0;
        return true;
    }

    boolean isDone() {
        return found != 0;
    }

    OptionalLong found() {
        return found == 0 ? OptionalLong.empty() : OptionalLong.of(found);
    }
}
