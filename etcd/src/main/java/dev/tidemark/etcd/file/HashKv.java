package dev.tidemark.etcd.file;

import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * etcd's HashKV computed offline: a CRC-32C over the records of the key bucket that count at revision R in a store
 * compacted at C. Records above R do not count; records up to C count only if they are their key's state at R, and
 * tombstones of C itself never do; everything in between counts, superseded values and tombstones included.
 *
 * <p>Records are fed in (main, sub) order. Not thread-safe.
 */
public final class HashKv {
    private static final byte[] BUCKET = "key".getBytes(StandardCharsets.UTF_8);

    private final long revision;
    private final long compactRevision;
    private final boolean nothingLive;
    private final CRC32C crc = new CRC32C();
    private byte[] buffer = new byte[4096];
    private long lastMain;
    private long lastSub = -1;
    private boolean live;
    private boolean superseded;

    /**
     * A hash at a revision of a store.
     *
     * @param revision R, inclusive
     * @param compactRevision C as the server's answer says it; 0 or less for a store that was never compacted
     */
    public HashKv(long revision, long compactRevision) {
        this(revision, compactRevision, false);
    }

    /** If it is known beforehand that nothing is live at R, every record that is there counts. */
    private HashKv(long revision, long compactRevision, boolean nothingLive) {
        this.revision = revision;
        this.compactRevision = compactRevision;
        this.nothingLive = nothingLive;
        crc.update(BUCKET, 0, BUCKET.length);
    }

    /**
     * Takes the next record.
     *
     * @param atRevision whether it is its key's state at R; asked for records up to C, but a live record above C tells
     *     too that something is live
     */
    public void add(Change change, Liveness atRevision) {
        int keySize = KeyRecords.keySize(change.isTombstone());
        int size = Math.addExact(keySize, KeyRecords.valueSize(change));
        if (buffer.length < size) {
            buffer = new byte[Math.addExact(size, size >> 1)];
        }
        KeyRecords.putKey(buffer, 0, change.main(), change.sub(), change.isTombstone());
        KeyRecords.putValue(buffer, keySize, change);
        add(change.main(), change.sub(), change.isTombstone(), atRevision, buffer, 0, size);
    }

    /** Takes the next record as its encoded key and value, side by side in {@code bytes}. */
    void add(long main, long sub, boolean tombstone, Liveness atRevision, byte[] bytes, int from, int length) {
        if (main < lastMain || (main == lastMain && sub <= lastSub)) {
            throw new IllegalArgumentException(
                    "record " + main + "/" + sub + " after " + lastMain + "/" + lastSub + ": not in revision order");
        }
        lastMain = main;
        lastSub = sub;
        if (main > revision) {
            return;
        }
        boolean isLive = !tombstone && atRevision == Liveness.LIVE;
        live |= isLive;
        if (main == compactRevision && tombstone) {
            return;
        }
        if (main <= compactRevision && !isLive && !nothingLive) {
            superseded = true;
            return;
        }
        crc.update(bytes, from, length);
    }

    /**
     * Whether {@link #value} is what the server answers. It is not if nothing is live at R and records up to C were
     * left out: etcd then hashes whatever compaction has not removed yet.
     */
    public boolean isProvable() {
        return live || !superseded;
    }

    /** The hash over what was fed so far, an unsigned 32-bit number. */
    public long value() {
        return crc.getValue();
    }

    /** What a server that holds this very file answers for {@code revision}, an unsigned 32-bit number. */
    public static long of(EtcdDatabase database, long revision) {
        return of(database, revision, database.compactRevision());
    }

    /**
     * What a server that holds these very records answers for {@code revision} if it says that it is compacted at
     * {@code compactRevision}. Reads the file twice and keeps each of its keys in memory: for tests and drills.
     */
    public static long of(EtcdDatabase database, long revision, long compactRevision) {
        LiveRecords keep = LiveRecords.at(database, revision);
        HashKv hash = new HashKv(revision, compactRevision, keep.isEmpty());
        database.forEachChange(0, 0, change -> hash.add(change, keep.of(change)));
        return hash.value();
    }
}
