package dev.tidemark.archive.segment;

import java.util.Arrays;
import java.util.BitSet;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.RoaringBitmap;

/** One input of a merge: for each key the newest entry that counts. Not thread-safe. */
final class NewestVersions implements LoserTree.Input<NewestVersions> {
    private final KeyCursor cursor;
    /** Plain bits: asked for every entry, in the order of keys, which a compressed bitmap answers slowly. */
    private final BitSet live;

    private final long target;
    private int ordinal;
    private long main;
    private long sub;
    private boolean tombstone;
    private boolean ended;

    /**
     * @param live the entries that count; null: all up to the target
     */
    NewestVersions(KeyCursor cursor, RoaringBitmap live, long target) {
        this.cursor = cursor;
        this.live = live == null ? null : BitSetUtil.bitsetOf(live);
        this.target = target;
        next();
    }

    /** Goes to the next key that has an entry that counts. */
    void next() {
        boolean found = false;
        while (!found && cursor.next()) {
            found = consider();
            while (cursor.nextHasSameKey()) {
                cursor.next();
                found |= consider();
            }
        }
        ended = !found;
    }

    @Override
    public boolean isEnd() {
        return ended;
    }

    /** The newest counting entry's ordinal. */
    int ordinal() {
        return ordinal;
    }

    boolean isTombstone() {
        return tombstone;
    }

    /** The newest counting entry's main revision. */
    long main() {
        return main;
    }

    @Override
    public int compareKey(NewestVersions other) {
        return Arrays.compareUnsigned(
                cursor.keyArray(), 0, cursor.keyLength(), other.cursor.keyArray(), 0, other.cursor.keyLength());
    }

    /** The newest counting entry's sub revision. */
    long sub() {
        return sub;
    }

    /** The key's bytes; only the first {@link #keyLength} count, only until the next step. */
    byte[] keyArray() {
        return cursor.keyArray();
    }

    int keyLength() {
        return cursor.keyLength();
    }

    boolean hasKey(Bytes key) {
        return Arrays.equals(cursor.keyArray(), 0, cursor.keyLength(), key.array(), 0, key.size());
    }

    void copyKey(Bytes to) {
        to.clear();
        to.raw(cursor.keyArray(), 0, cursor.keyLength());
    }

    private boolean consider() {
        if (cursor.main() > target || (live != null && !live.get(cursor.ordinal()))) {
            return false;
        }
        ordinal = cursor.ordinal();
        main = cursor.main();
        sub = cursor.sub();
        tombstone = cursor.tombstone();
        return true;
    }
}
