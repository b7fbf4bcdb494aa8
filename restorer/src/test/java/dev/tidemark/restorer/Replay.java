package dev.tidemark.restorer;

import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** What a log means, worked out by a map alone. */
public final class Replay {
    private Replay() {}

    /** Live keys in revision order, and the tombstones of the revision itself: what etcd holds, compacted there. */
    public static List<Change> at(List<Change> log, long revision) {
        TreeMap<String, Change> last = new TreeMap<>();
        for (Change change : log) {
            if (change.main() <= revision) {
                String key = new String(change.key(), StandardCharsets.ISO_8859_1);
                if (change.isTombstone() && change.main() < revision) {
                    last.remove(key);
                } else {
                    last.put(key, change);
                }
            }
        }
        return last.values().stream()
                .sorted(Comparator.comparingLong(Change::main).thenComparingLong(Change::sub))
                .toList();
    }

    /** All of a change, to be compared. */
    public static String words(Change change) {
        return change.main() + "." + change.sub() + (change.isTombstone() ? " delete " : " put ")
                + new String(change.key(), StandardCharsets.ISO_8859_1) + "="
                + new String(change.value(), StandardCharsets.ISO_8859_1) + " " + change.createRevision() + " "
                + change.version() + " " + change.lease();
    }
}
