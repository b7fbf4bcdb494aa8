package dev.tidemark.etcd.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One walk over a bucket's tree, from its root and never by scanning pages: free pages hold stale records that look
 * alive. Every number in the file is checked before it is used, keys must ascend over the whole tree, and no more pages
 * are visited than the file has, so a damaged file ends in an exception that names the page. Used once, by one thread.
 */
final class TreeWalk {
    /** With two children a branch, 64 levels hold more pages than a file can have. */
    private static final int MAX_DEPTH = 64;

    private static final byte[] NO_FLOOR = {};

    private final Path path;
    private final PageWindow window;
    private final int elementFlags;
    private final long maxPages;
    private final RawSink sink;
    private byte[] lastKey = {};
    private int lastKeySize = -1;
    /** The separator that the next key must not be below. */
    private byte[] floor = NO_FLOOR;

    private long visited;

    /** A walk over a tree whose leaf elements all have {@code elementFlags}. */
    TreeWalk(Path path, PageWindow window, int elementFlags, long maxPages, RawSink sink) {
        this.path = path;
        this.window = window;
        this.elementFlags = elementFlags;
        this.maxPages = maxPages;
        this.sink = sink;
    }

    /** Gives all entries to the sink, in ascending key order. */
    void walk(long root) {
        visit(root, 0);
    }

    /** Gives the entries of an inline bucket's page. */
    void walkInline(byte[] page, ByteOrder order, long holder) {
        ByteBuffer view = ByteBuffer.wrap(page).order(order);
        if (page.length < Bbolt.PAGE_HEADER || view.getShort(8) != Bbolt.LEAF_PAGE) {
            throw new DamagedFileException(path, holder, "holds an inline bucket that is not a leaf");
        }
        leaf(page, view, 0, page.length, holder);
    }

    /** Gives only the last entry of the tree, none if the tree is empty. */
    void walkLast(long root) {
        long page = root;
        for (int depth = 0; depth <= MAX_DEPTH; depth++) {
            int at = window.page(page);
            int count = count(window.view(), at);
            if (isLeaf(window.view(), at, page)) {
                if (count > 0) {
                    element(window.bytes(), window.view(), at, window.runLength(at), count, count - 1, page);
                }
                return;
            }
            page = children(at, page)[count - 1];
        }
        throw new DamagedFileException(path, root, "the tree below is deeper than " + MAX_DEPTH + " levels");
    }

    private void visit(long page, int depth) {
        if (depth > MAX_DEPTH) {
            throw new DamagedFileException(path, page, "stands deeper than " + MAX_DEPTH + " levels");
        }
        visited++;
        if (visited > maxPages) {
            throw new DamagedFileException(path, page, "is referred to twice");
        }
        int at = window.page(page);
        if (isLeaf(window.view(), at, page)) {
            leaf(window.bytes(), window.view(), at, window.runLength(at), page);
            return;
        }
        long[] children = children(at, page);
        byte[][] separators = separators(at, page, children.length);
        for (int i = 0; i < children.length; i++) {
            byte[] separator = separators[i];
            checkAscends(separator, 0, separator.length, page);
            floor = separator;
            visit(children[i], depth + 1);
        }
    }

    private boolean isLeaf(ByteBuffer view, int at, long page) {
        short flags = view.getShort(at + 8);
        if (flags != Bbolt.LEAF_PAGE && flags != Bbolt.BRANCH_PAGE) {
            throw new DamagedFileException(
                    path, page, "is neither leaf nor branch (flags 0x" + Integer.toHexString(flags & 0xFFFF) + ")");
        }
        return flags == Bbolt.LEAF_PAGE;
    }

    private void leaf(byte[] bytes, ByteBuffer view, int at, int length, long page) {
        int count = count(view, at);
        for (int i = 0; i < count; i++) {
            element(bytes, view, at, length, count, i, page);
        }
    }

    private void element(byte[] bytes, ByteBuffer view, int at, int length, int count, int i, long page) {
        int element = at + Bbolt.PAGE_HEADER + Bbolt.ELEMENT * i;
        if (Bbolt.PAGE_HEADER + Bbolt.ELEMENT * (i + 1L) > length) {
            throw new DamagedFileException(path, page, "has no room for the " + count + " elements it claims");
        }
        int flags = view.getInt(element);
        long pos = Integer.toUnsignedLong(view.getInt(element + 4));
        long keySize = Integer.toUnsignedLong(view.getInt(element + 8));
        long valueSize = Integer.toUnsignedLong(view.getInt(element + 12));
        checkBounds(element - at, pos, keySize, valueSize, count, length, page, i);
        if (flags != elementFlags) {
            throw new DamagedFileException(path, page, "element " + i + " has flags " + flags);
        }
        int keyAt = (int) (element + pos);
        checkAscends(bytes, keyAt, (int) keySize, page);
        remember(bytes, keyAt, (int) keySize);
        sink.entry(bytes, keyAt, (int) keySize, keyAt + (int) keySize, (int) valueSize, page);
    }

    private long[] children(int at, long page) {
        ByteBuffer view = window.view();
        int count = count(view, at);
        if (count == 0 || Bbolt.PAGE_HEADER + Bbolt.ELEMENT * (long) count > window.runLength(at)) {
            throw new DamagedFileException(path, page, "is a branch that claims " + count + " children");
        }
        long[] children = new long[count];
        for (int i = 0; i < count; i++) {
            children[i] = view.getLong(at + Bbolt.PAGE_HEADER + Bbolt.ELEMENT * i + 8);
        }
        return children;
    }

    private byte[][] separators(int at, long page, int count) {
        byte[][] separators = new byte[count][];
        int length = window.runLength(at);
        for (int i = 0; i < count; i++) {
            int element = at + Bbolt.PAGE_HEADER + Bbolt.ELEMENT * i;
            long pos = Integer.toUnsignedLong(window.view().getInt(element));
            long keySize = Integer.toUnsignedLong(window.view().getInt(element + 4));
            checkBounds(element - at, pos, keySize, 0, count, length, page, i);
            int keyAt = (int) (element + pos);
            separators[i] = Arrays.copyOfRange(window.bytes(), keyAt, keyAt + (int) keySize);
        }
        return separators;
    }

    /** All sizes are below 2^32, so nothing here can overflow. */
    private void checkBounds(
            int element, long pos, long keySize, long valueSize, int count, int length, long page, int i) {
        boolean afterElements = element + pos >= Bbolt.PAGE_HEADER + Bbolt.ELEMENT * (long) count;
        if (keySize == 0 || !afterElements || element + pos + keySize + valueSize > length) {
            throw new DamagedFileException(path, page, "element " + i + " points outside of its page");
        }
    }

    private static int count(ByteBuffer view, int at) {
        return view.getShort(at + 10) & 0xFFFF;
    }

    /** A leaf's key must be above the one before; a separator too, and at most its child's first key. */
    private void checkAscends(byte[] bytes, int keyAt, int keySize, long page) {
        boolean aboveLast =
                lastKeySize < 0 || Arrays.compareUnsigned(lastKey, 0, lastKeySize, bytes, keyAt, keyAt + keySize) < 0;
        boolean notBelowFloor = Arrays.compareUnsigned(floor, 0, floor.length, bytes, keyAt, keyAt + keySize) <= 0;
        if (!aboveLast || !notBelowFloor) {
            throw new DamagedFileException(path, page, "has keys out of order");
        }
    }

    private void remember(byte[] bytes, int keyAt, int keySize) {
        if (lastKey.length < keySize) {
            lastKey = new byte[Math.max(64, keySize)];
        }
        System.arraycopy(bytes, keyAt, lastKey, 0, keySize);
        lastKeySize = keySize;
        floor = NO_FLOOR;
    }
}
