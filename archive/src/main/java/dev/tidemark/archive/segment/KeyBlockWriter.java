package dev.tidemark.archive.segment;

/** Writes the key blocks of an index or a run, and gathers their directory. Not thread-safe. */
final class KeyBlockWriter {
    private final DigestedFile file;
    private final long firstMain;
    private final int maxEntries;
    private final int maxBytes;
    private final Bytes block = new Bytes(1 << 17);
    private final Bytes directory = new Bytes(1 << 14);
    private final Bytes first = new Bytes(256);
    private long firstOfBlock;
    private int inBlock;
    private long entries;
    private int blocks;

    /**
     * @param firstMain what main revisions are counted from
     * @param maxEntries entries after which a block is closed
     * @param maxBytes bytes after which a block is closed
     */
    KeyBlockWriter(DigestedFile file, long firstMain, int maxEntries, int maxBytes) {
        this.file = file;
        this.firstMain = firstMain;
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
    }

    /** Whether the next entry begins a block, and so shares nothing with the one before. */
    boolean beginsBlock() {
        if (inBlock == maxEntries || block.size() >= maxBytes) {
            closeBlock();
        }
        return inBlock == 0;
    }

    /**
     * Begins an entry; the caller adds what follows the key.
     *
     * @param keys holds the key from {@code from} to {@code to}
     * @param shared leading bytes that the key has in common with the one before; 0 where it begins a block
     */
    Bytes entry(byte[] keys, int from, int to, int shared, long main) {
        if (inBlock == 0) {
            first.clear();
            first.raw(keys, from, to - from);
            firstOfBlock = main;
        }
        inBlock++;
        entries++;
        block.varint(shared);
        block.varint(to - from - shared);
        block.raw(keys, from + shared, to - from - shared);
        return block;
    }

    /** Entries so far. */
    long entries() {
        return entries;
    }

    /** Bytes of the file so far. */
    long fileBytes() {
        return file.length() + block.size();
    }

    /** Bytes of the directory so far. */
    int directoryBytes() {
        return directory.size();
    }

    /** Closes the last block; how many there are. */
    int finish() {
        if (inBlock > 0) {
            closeBlock();
        }
        return blocks;
    }

    /** The directory, once all blocks are written. */
    byte[] directory() {
        return directory.copy();
    }

    private void closeBlock() {
        directory.varint(block.size());
        directory.u32(Checksums.crc32c(block.array(), 0, block.size()));
        directory.varint(inBlock);
        directory.varint(firstOfBlock - firstMain);
        directory.varint(first.size());
        directory.raw(first.array(), 0, first.size());
        file.write(block.array(), 0, block.size());
        block.clear();
        inBlock = 0;
        blocks++;
    }
}
