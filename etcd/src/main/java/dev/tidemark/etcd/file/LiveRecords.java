package dev.tidemark.etcd.file;

import dev.tidemark.schemas.Change;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** The live keys of a file at a revision, with the place of each one's record; everything in memory. */
final class LiveRecords {
    private final Map<ByteBuffer, Place> live = new HashMap<>();

    private LiveRecords() {}

    static LiveRecords at(EtcdDatabase database, long revision) {
        LiveRecords records = new LiveRecords();
        database.forEachChange(0, 0, change -> {
            if (change.main() <= revision) {
                records.apply(change);
            }
        });
        return records;
    }

    boolean isEmpty() {
        return live.isEmpty();
    }

    Liveness of(Change change) {
        boolean isLive = new Place(change.main(), change.sub()).equals(live.get(ByteBuffer.wrap(change.key())));
        return isLive ? Liveness.LIVE : Liveness.SUPERSEDED;
    }

    private void apply(Change change) {
        if (change.isTombstone()) {
            live.remove(ByteBuffer.wrap(change.key()));
        } else {
            live.put(ByteBuffer.wrap(change.key()), new Place(change.main(), change.sub()));
        }
    }

    /** The revision of a record in the file. */
    private record Place(long main, long sub) {}
}
