package dev.tidemark.archive.segment;

/** Fetches wanted blocks in order, several with one read. Not thread-safe. */
final class BlockReader {
    private static final int READ_BYTES = 4 << 20;
    private static final int GAP_BYTES = 64 << 10;

    /** From this share of a file's bytes on, it is cheaper to read all of it. */
    private static final double STREAM_SHARE = 0.3;

    private final DataBlocks blocks;
    private final BlockTable table;
    private final int[] wanted;
    private final long gapBytes;
    private int at;
    private byte[] fetched = {};
    private long fetchedFrom;

    /**
     * @param wanted the numbers of the wanted blocks, rising
     */
    BlockReader(DataBlocks blocks, int[] wanted) {
        this.blocks = blocks;
        this.table = blocks.table();
        this.wanted = wanted;
        long bytes = 0;
        for (int block : wanted) {
            bytes += table.length(block);
        }
        this.gapBytes = bytes >= STREAM_SHARE * blocks.data().length() ? Long.MAX_VALUE : GAP_BYTES;
    }

    boolean hasNext() {
        return at < wanted.length;
    }

    /** The next wanted block, decompressed into {@code buffer} if it is large enough. */
    DataBlock next(byte[] buffer) {
        int block = wanted[at];
        if (table.offset(block + 1) > fetchedFrom + fetched.length) {
            fetch();
        }
        at++;
        return blocks.open(block, fetched, (int) (table.offset(block) - fetchedFrom), buffer);
    }

    private void fetch() {
        long from = table.offset(wanted[at]);
        long to = table.offset(wanted[at] + 1);
        for (int next = at + 1; next < wanted.length; next++) {
            long end = table.offset(wanted[next] + 1);
            if (table.offset(wanted[next]) - to > gapBytes || end - from > READ_BYTES) {
                break;
            }
            to = end;
        }
        fetched = new byte[0];
        if (wanted[at] == 0) {
            from = 0;
        }
        fetched = blocks.data().unchecked(from, (int) (to - from));
        fetchedFrom = from;
        if (from == 0) {
            blocks.checkHeader(fetched);
        }
    }
}
