package dev.tidemark.etcd.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Builds a bucket's tree from entries in ascending key order: leaves as they fill, then level upon level of branches.
 *
 * <p>Two things pass every check of a restore and kill etcd later, when a compaction shrinks the tree: a branch with a
 * single child, and a separator that is not exactly its child's first key. So children are spread evenly over a level's
 * branches, at least two each, and separators are never shortened. Not thread-safe.
 */
final class TreeBuilder {
    /** A leaf is full at 90 %, as in etcd's own files. */
    private static final int FULL_PERCENT = 90;
    /** Entries that would leave much of a page empty share a run of pages instead, up to this many. */
    private static final int RUN_PAGES = 8;

    private static final int TIGHT_PERCENT = 75;

    private final PageOutput out;
    private final int elementFlags;
    private final int fullSize;
    private Level level = new Level();
    private byte[] data;
    private int used;
    private int[] keySizes = new int[64];
    private int[] valueSizes = new int[64];
    private int count;

    TreeBuilder(PageOutput out, int elementFlags) {
        this.out = out;
        this.elementFlags = elementFlags;
        this.fullSize = out.pageSize() * FULL_PERCENT / 100;
        this.data = new byte[out.pageSize()];
    }

    /** Makes room for the next entry and gives the offset in {@link #data} where its key and then its value belong. */
    int add(int keySize, int valueSize) {
        int entry = Math.addExact(keySize, valueSize);
        if (count > 0 && isFull(Bbolt.ELEMENT + (long) entry)) {
            flushLeaf();
        }
        int at = used;
        int end = Math.addExact(used, entry);
        if (end > data.length) {
            data = Arrays.copyOf(data, Math.max(end, data.length + (data.length >> 1)));
        }
        if (count == keySizes.length) {
            keySizes = Arrays.copyOf(keySizes, 2 * count);
            valueSizes = Arrays.copyOf(valueSizes, 2 * count);
        }
        keySizes[count] = keySize;
        valueSizes[count] = valueSize;
        count++;
        used = end;
        return at;
    }

    void add(byte[] key, byte[] value) {
        int at = add(key.length, value.length);
        System.arraycopy(key, 0, data, at, key.length);
        System.arraycopy(value, 0, data, at + key.length, value.length);
    }

    /** The open leaf's keys and values; valid until the next {@link #add}. */
    byte[] data() {
        return data;
    }

    /** Ends the tree and gives what stands for the bucket in the root bucket: inline if it is small, as bbolt does. */
    byte[] finishBucket() {
        if (level.count() == 0 && leafSize() <= out.pageSize() / 4) {
            return inlineBucket();
        }
        return ByteBuffer.allocate(Bbolt.BUCKET_HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(finishTree())
                .array();
    }

    /** Ends the tree and gives its root page. */
    long finishTree() {
        if (count > 0 || level.count() == 0) {
            flushLeaf();
        }
        while (level.count() > 1) {
            level = writeBranches(level);
        }
        Level.Cursor root = level.cursor();
        root.next();
        return root.page();
    }

    private long leafSize() {
        return Bbolt.PAGE_HEADER + Bbolt.ELEMENT * (long) count + used;
    }

    private boolean isFull(long more) {
        long size = leafSize();
        if (size + more <= fullSize) {
            return false;
        }
        long run = (size + out.pageSize() - 1) / out.pageSize();
        boolean tight = size * 100 >= run * out.pageSize() * TIGHT_PERCENT;
        return tight || run >= RUN_PAGES || count + 1 >= Bbolt.MAX_ELEMENTS;
    }

    private void flushLeaf() {
        long size = leafSize();
        long page = out.begin(Bbolt.LEAF_PAGE, count, size);
        int data = 0;
        for (int i = 0; i < count; i++) {
            out.putLeafElement(elementFlags, Bbolt.ELEMENT * (count - i) + data, keySizes[i], valueSizes[i]);
            data += keySizes[i] + valueSizes[i];
        }
        out.put(this.data, 0, used);
        out.end(size);
        level.add(this.data, 0, count == 0 ? 0 : keySizes[0], page);
        count = 0;
        used = 0;
    }

    private Level writeBranches(Level children) {
        Level above = new Level();
        long bytes = Bbolt.ELEMENT * (long) children.count() + children.keyBytes();
        int room = fullSize - Bbolt.PAGE_HEADER;
        long pages = Math.max(1, Math.min(children.count() / 2, (bytes + room - 1) / room));
        Level.Cursor cursor = children.cursor();
        for (long i = 0; i < pages; i++) {
            int from = (int) (i * children.count() / pages);
            int to = (int) ((i + 1) * children.count() / pages);
            writeBranch(cursor, to - from, above);
        }
        return above;
    }

    private void writeBranch(Level.Cursor cursor, int children, Level above) {
        byte[] keys = new byte[out.pageSize()];
        int[] sizes = new int[children];
        long[] pages = new long[children];
        int length = 0;
        for (int i = 0; i < children; i++) {
            cursor.next();
            sizes[i] = cursor.keySize();
            pages[i] = cursor.page();
            if (length + sizes[i] > keys.length) {
                keys = Arrays.copyOf(keys, Math.max(length + sizes[i], 2 * keys.length));
            }
            System.arraycopy(cursor.bytes(), cursor.keyAt(), keys, length, sizes[i]);
            length += sizes[i];
        }
        long size = Bbolt.PAGE_HEADER + Bbolt.ELEMENT * (long) children + length;
        long page = out.begin(Bbolt.BRANCH_PAGE, children, size);
        int key = 0;
        for (int i = 0; i < children; i++) {
            out.putBranchElement(Bbolt.ELEMENT * (children - i) + key, sizes[i], pages[i]);
            key += sizes[i];
        }
        out.put(keys, 0, length);
        out.end(size);
        above.add(keys, 0, sizes[0], page);
    }

    private byte[] inlineBucket() {
        ByteBuffer bucket =
                ByteBuffer.allocate(Bbolt.BUCKET_HEADER + (int) leafSize()).order(ByteOrder.LITTLE_ENDIAN);
        bucket.putLong(0).putLong(0);
        bucket.putLong(0)
                .putShort((short) Bbolt.LEAF_PAGE)
                .putShort((short) count)
                .putInt(0);
        int at = 0;
        for (int i = 0; i < count; i++) {
            bucket.putInt(elementFlags).putInt(Bbolt.ELEMENT * (count - i) + at);
            bucket.putInt(keySizes[i]).putInt(valueSizes[i]);
            at += keySizes[i] + valueSizes[i];
        }
        return bucket.put(data, 0, used).array();
    }
}
