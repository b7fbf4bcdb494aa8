package dev.tidemark.etcd.file;

import dev.tidemark.schemas.Change;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The oracle of liveness: the last change of each key, by brute force. */
final class LiveSet {
    private final Map<ByteBuffer, Change> last = new HashMap<>();

    private LiveSet() {}

    static LiveSet of(List<Change> changes) {
        return at(changes, Long.MAX_VALUE);
    }

    static LiveSet at(List<Change> changes, long revision) {
        LiveSet set = new LiveSet();
        for (Change change : changes) {
            if (change.main() <= revision) {
                set.last.put(ByteBuffer.wrap(change.key()), change);
            }
        }
        return set;
    }

    Liveness of(Change change) {
        Change state = last.get(ByteBuffer.wrap(change.key()));
        boolean same = state != null && state.main() == change.main() && state.sub() == change.sub();
        return same && !state.isTombstone() ? Liveness.LIVE : Liveness.SUPERSEDED;
    }
}
