package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.Arrays;

/**
 * The small parts of an index file, each proven: by its own sum, and by what the manifest says.
 *
 * @param footer the footer
 * @param blocks the block table
 * @param keys the key directory
 */
record IndexTables(IndexFooter footer, BlockTable blocks, KeyDirectory keys) {
    /** Most index files' tables fit into this much of the file's end: one read. */
    static final int TAIL_BYTES = 64 << 10;

    static IndexTables load(CheckedObject index, SegmentRef ref) {
        if (index.length() < IndexFooter.LENGTH) {
            throw new DamagedObjectException(index.name(), "is too short for an index: " + index.length() + " bytes");
        }
        int tailLength = (int) Math.min(TAIL_BYTES, index.length());
        long tailAt = index.length() - tailLength;
        byte[] tail = index.unchecked(tailAt, tailLength);
        IndexFooter footer = footer(
                index,
                IndexFooter.Layout.SEGMENT,
                Arrays.copyOfRange(tail, tailLength - IndexFooter.LENGTH, tailLength));
        checkAgainst(index.name(), footer, ref);
        long from = footer.blockTable().offset();
        if (from < tailAt) {
            tailAt = from;
            tail = index.unchecked(from, (int) (footer.directory().end() - from));
        }
        byte[] blockTable = section(index, footer.blockTable(), tail, tailAt, "block table");
        if (!Checksums.sha256Hex(blockTable).equals(ref.getBlockTableSha256())) {
            throw new DamagedObjectException(index.name(), "its block table is not the one that the manifest names");
        }
        byte[] directory = section(index, footer.directory(), tail, tailAt, "key directory");
        return new IndexTables(
                footer,
                BlockTable.parse(index.name(), footer, blockTable),
                KeyDirectory.parse(index.name(), footer, directory));
    }

    /** The footer in these bytes, which were read from the file's end. */
    static IndexFooter footer(CheckedObject index, IndexFooter.Layout layout, byte[] seen) {
        byte[] bytes = index.settled(seen, index.length() - IndexFooter.LENGTH, IndexFooter::isWhole, "index footer");
        if (!layout.isFooter(bytes)) {
            int version = IndexFooter.version(bytes) >>> 24;
            throw new DamagedObjectException(
                    index.name(),
                    version == IndexFooter.VERSION
                            ? "is another kind of file than the one that was named"
                            : "has an index of the unknown version " + version + "; a newer Tidemark wrote it");
        }
        return IndexFooter.parse(index.name(), layout, index.length(), bytes);
    }

    /** A part of the file out of the bytes that were read from {@code tailAt} on. */
    static byte[] section(CheckedObject index, IndexFooter.Section section, byte[] tail, long tailAt, String what) {
        int from = (int) (section.offset() - tailAt);
        byte[] seen = Arrays.copyOfRange(tail, from, from + section.length());
        return index.settled(seen, section.offset(), b -> Checksums.crc32c(b, 0, b.length) == section.crc32c(), what);
    }

    private static void checkAgainst(String object, IndexFooter footer, SegmentRef ref) {
        if (footer.records() != ref.getRecords()
                || footer.firstMain() != ref.getFirstMain()
                || footer.firstSub() != ref.getFirstSub()
                || footer.dataBytes() != ref.getData().getBytes()) {
            throw new DamagedObjectException(
                    object,
                    "is not the index that the manifest names: it has " + footer.records() + " records from "
                            + footer.firstMain() + "/" + footer.firstSub());
        }
    }
}
