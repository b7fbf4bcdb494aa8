package dev.tidemark.archive.segment;

import java.util.Arrays;

/** Walks over a segment's key index or a run, ordered by (key, main, sub); holds a few index blocks. Not thread-safe. */
public final class KeyCursor implements VersionCursor {
    private final CheckedObject index;
    private final IndexFooter footer;
    private final KeyDirectory keys;
    private final int aheadBytes;
    private final int endBlock;
    private final ByteReader in;
    private final long mostOrdinals;

    private int nextBlock;
    private int left;
    private byte[] ahead = {};
    private long aheadAt;
    private int shared = -1;
    private int rest;

    private byte[] key = new byte[64];
    private int keyLength;
    private long main;
    private long sub;
    private int ordinal;
    private boolean tombstone;
    /** The next entry begins a block. */
    private boolean opened;

    /**
     * @param fromBlock the first key block
     * @param toBlock the last key block, exclusive
     * @param aheadBytes how much to fetch at a time, but at least a block
     */
    KeyCursor(CheckedObject index, IndexFooter footer, KeyDirectory keys, int fromBlock, int toBlock, int aheadBytes) {
        this.index = index;
        this.footer = footer;
        this.keys = keys;
        this.nextBlock = fromBlock;
        this.endBlock = toBlock;
        this.aheadBytes = aheadBytes;
        this.mostOrdinals = switch (footer.layout()) {
            case SEGMENT -> footer.records();
            case RUN -> 0;
            case MERGE -> Integer.MAX_VALUE;
        };
        this.in = new ByteReader(index.name(), "key block");
    }

    @Override
    public boolean next() {
        if (left == 0 && !openBlock()) {
            return false;
        }
        lengths();
        if (rest > 0) {
            if (key.length - shared < rest) {
                key = Arrays.copyOf(key, Math.max(2 * key.length, shared + rest));
            }
            System.arraycopy(in.array(), in.skip(rest), key, shared, rest);
        }
        boolean sameKey = !opened && rest == 0 && shared == keyLength;
        keyLength = shared + rest;
        shared = -1;
        opened = false;
        long mainAndFlag = in.varint();
        long before = sameKey && footer.layout() == IndexFooter.Layout.RUN ? main : footer.firstMain();
        main = before + (mainAndFlag >>> 1);
        tombstone = (mainAndFlag & 1) != 0;
        sub = in.varint();
        ordinal = footer.layout() == IndexFooter.Layout.RUN ? -1 : in.count(mostOrdinals - 1);
        left--;
        if (left == 0) {
            in.end();
        }
        return true;
    }

    /** A copy of the entry's key. */
    public byte[] key() {
        return Arrays.copyOf(key, keyLength);
    }

    /** The entry without its key; only of a segment's index. */
    public KeyEntry entry() {
        return new KeyEntry(main, sub, ordinal, tombstone);
    }

    /** Whether there is a next entry, and it has this entry's key. */
    boolean nextHasSameKey() {
        if (left == 0) {
            return nextBlock < endBlock && keys.beginsWith(nextBlock, key, keyLength);
        }
        lengths();
        return shared == keyLength && rest == 0;
    }

    @Override
    public byte[] keyArray() {
        return key;
    }

    @Override
    public int keyLength() {
        return keyLength;
    }

    @Override
    public long main() {
        return main;
    }

    @Override
    public long sub() {
        return sub;
    }

    int ordinal() {
        return ordinal;
    }

    @Override
    public boolean tombstone() {
        return tombstone;
    }

    @Override
    public String object() {
        return index.name();
    }

    private void lengths() {
        if (shared < 0) {
            shared = in.count(keyLength);
            rest = in.count(Integer.MAX_VALUE - 8 - shared);
        }
    }

    private boolean openBlock() {
        if (nextBlock == endBlock) {
            return false;
        }
        int block = nextBlock++;
        long offset = keys.offset(block);
        int length = keys.length(block);
        if (offset + length > aheadAt + ahead.length) {
            fetch(block);
        }
        int from = (int) (offset - aheadAt);
        if (Checksums.crc32c(ahead, from, length) == keys.crc32c(block)) {
            in.over(ahead, from, from + length);
        } else {
            int crc = keys.crc32c(block);
            byte[] seen = Arrays.copyOfRange(ahead, from, from + length);
            byte[] good =
                    index.settled(seen, offset, b -> Checksums.crc32c(b, 0, b.length) == crc, "key block " + block);
            in.over(good, 0, length);
        }
        left = keys.entries(block);
        keyLength = 0;
        opened = true;
        return true;
    }

    private void fetch(int block) {
        long offset = keys.offset(block);
        int to = block + 1;
        while (to < endBlock && keys.offset(to + 1) - offset <= aheadBytes) {
            to++;
        }
        aheadAt = block == 0 ? 0 : offset;
        ahead = index.unchecked(aheadAt, (int) (keys.offset(to) - aheadAt));
        if (block == 0) {
            index.settled(Arrays.copyOf(ahead, IndexFooter.HEAD), 0, footer.layout()::isHead, "index header");
        }
    }
}
