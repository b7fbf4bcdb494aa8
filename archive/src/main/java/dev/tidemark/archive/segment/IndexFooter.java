package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;

/**
 * The last 96 bytes of an index file or run: where its parts stand, and their sums. docs/format.md §5 gives the bytes.
 *
 * @param layout what kind of file it is
 * @param column the revision column; empty but for a segment's index
 * @param blockTable the block table; empty but for a segment's index
 * @param directory the key directory
 * @param records how many records the segment, or entries the run has
 * @param firstMain main revision of the first record; of a run, what main revisions are counted from
 * @param firstSub sub revision of the first record; of a run 0
 * @param dataBytes length of the data file; of a run 0
 * @param keyBlocks how many key blocks there are
 */
record IndexFooter(
        Layout layout,
        Section column,
        Section blockTable,
        Section directory,
        long records,
        long firstMain,
        long firstSub,
        long dataBytes,
        int keyBlocks) {
    static final int LENGTH = 96;
    static final int HEAD = 8;
    static final int MAGIC = ('T' << 24) | ('D' << 16) | ('M' << 8) | 'X';
    static final int VERSION = 1;

    private static final int CRC_AT = 88;

    /** What kind of file it is. */
    enum Layout {
        /** The index beside a segment's data. */
        SEGMENT(0),
        /** An index run: entries without ordinals. */
        RUN(1),
        /** What a merge of many inputs keeps on the local disk: one entry a key, ordinals over several segments. */
        MERGE(2);

        private final int code;

        Layout(int code) {
            this.code = code;
        }

        private int word() {
            return VERSION << 24 | code << 16;
        }

        /** The first eight bytes of the file. */
        byte[] head() {
            Bytes out = new Bytes(HEAD);
            out.u32(MAGIC);
            out.u32(word());
            return out.copy();
        }

        /** Whether a file of this kind begins with these bytes. */
        boolean isHead(byte[] bytes) {
            ByteReader in = new ByteReader("", "").over(bytes, 0, HEAD);
            return in.u32() == MAGIC && in.u32() == word();
        }

        /** Whether these bytes, which pass {@link #isWhole}, end a file of this kind. */
        boolean isFooter(byte[] bytes) {
            return new ByteReader("", "").over(bytes, CRC_AT - 4, CRC_AT).u32() == word();
        }
    }

    /** A part of the index file. */
    record Section(long offset, int length, int crc32c) {
        /** Writes it. */
        static Section write(DigestedFile file, byte[] bytes) {
            long offset = file.length();
            file.write(bytes);
            return new Section(offset, bytes.length, Checksums.crc32c(bytes, 0, bytes.length));
        }

        long end() {
            return offset + length;
        }

        private void write(Bytes out) {
            out.u64(offset);
            out.u32(length);
        }
    }

    /** The footer's bytes. */
    byte[] bytes() {
        Bytes own = new Bytes(LENGTH);
        column.write(own);
        blockTable.write(own);
        directory.write(own);
        own.u64(records);
        own.u64(firstMain);
        own.u64(firstSub);
        own.u64(dataBytes);
        own.u32(column.crc32c);
        own.u32(blockTable.crc32c);
        own.u32(directory.crc32c);
        own.u32(keyBlocks);
        own.u32(layout.word());
        own.u32(Checksums.crc32c(own.array(), 0, CRC_AT));
        own.u32(MAGIC);
        return own.copy();
    }

    /** Parses {@code bytes}, which pass {@link #isWhole}. */
    static IndexFooter parse(String object, Layout layout, long objectBytes, byte[] bytes) {
        ByteReader in = new ByteReader(object, "footer").over(bytes, 0, LENGTH);
        long[] offset = new long[3];
        int[] length = new int[3];
        for (int i = 0; i < 3; i++) {
            offset[i] = in.u64();
            length[i] = in.u32();
        }
        long records = in.u64();
        long firstMain = in.u64();
        long firstSub = in.u64();
        long dataBytes = in.u64();
        Section[] sections = new Section[3];
        for (int i = 0; i < 3; i++) {
            sections[i] = new Section(offset[i], length[i], in.u32());
        }
        int keyBlocks = in.u32();
        IndexFooter footer = new IndexFooter(
                layout, sections[0], sections[1], sections[2], records, firstMain, firstSub, dataBytes, keyBlocks);
        footer.check(object, objectBytes);
        return footer;
    }

    /** Whether the sum and the magic of these bytes agree. */
    static boolean isWhole(byte[] bytes) {
        ByteReader in = new ByteReader("", "").over(bytes, CRC_AT, LENGTH);
        return in.u32() == Checksums.crc32c(bytes, 0, CRC_AT) && in.u32() == MAGIC;
    }

    /** The version's word, which a reader of another version must refuse. */
    static int version(byte[] bytes) {
        return new ByteReader("", "").over(bytes, CRC_AT - 4, CRC_AT).u32();
    }

    private void check(String object, long objectBytes) {
        boolean fits = column.offset >= HEAD
                && column.length >= 0
                && blockTable.offset == column.end()
                && blockTable.length >= 0
                && directory.offset == blockTable.end()
                && directory.length >= 0
                && directory.end() == objectBytes - LENGTH
                && records >= 1
                && records <= Integer.MAX_VALUE
                && keyBlocks >= 1
                && keyBlocks <= records;
        if (!fits) {
            throw new DamagedObjectException(object, "the footer's parts don't fit " + objectBytes + " bytes");
        }
    }
}
