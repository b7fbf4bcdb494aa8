package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.ObjectRef;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/** Collects a segment's keys while its data is written, then writes its index file. Not thread-safe; reusable. */
final class IndexWriter {
    private static final int KEY_BLOCK_BYTES = 64 << 10;

    private final int blockEntries;
    private final KeyOrder keys = new KeyOrder();
    private final BitSet tombstones = new BitSet();
    private long[] mains = new long[1024];
    private long[] subs = new long[1024];

    IndexWriter(int blockEntries) {
        this.blockEntries = blockEntries;
    }

    void add(Change change) {
        int ordinal = keys.count();
        if (ordinal == mains.length) {
            mains = Arrays.copyOf(mains, ordinal * 2);
            subs = Arrays.copyOf(subs, ordinal * 2);
        }
        mains[ordinal] = change.main();
        subs[ordinal] = change.sub();
        tombstones.set(ordinal, change.isTombstone());
        keys.add(change.key());
    }

    int keyBytes() {
        return keys.bytes();
    }

    void clear() {
        keys.clear();
    }

    /** Writes the file and gives its description. */
    ObjectRef write(Path path, int[] order, byte[] blockTable, long dataBytes) {
        try (DigestedFile file = new DigestedFile(path)) {
            Bytes out = new Bytes(1 << 17);
            IndexFooter.writeHead(out);
            emit(out, file);
            Bytes directory = new Bytes(1 << 14);
            int blocks = writeKeyBlocks(order, out, file, directory);
            IndexFooter.Section column = section(file, revisionColumn());
            IndexFooter.Section table = section(file, blockTable);
            IndexFooter.Section keyDirectory = section(file, directory.copy());
            new IndexFooter(column, table, keyDirectory, keys.count(), mains[0], subs[0], dataBytes, blocks).write(out);
            emit(out, file);
            return file.finish();
        }
    }

    /** The ordinals by (key, main, sub). */
    int[] order() {
        return keys.sorted();
    }

    /** The last record of each key. */
    RoaringBitmap live(int[] order) {
        BitSet last = new BitSet(order.length);
        for (int i = 0; i < order.length; i++) {
            last.set(order[i], i + 1 == order.length || !keys.same(order[i], order[i + 1]));
        }
        RoaringBitmapWriter<RoaringBitmap> live = RoaringBitmapWriter.writer().get();
        last.stream().forEach(live::add);
        return live.get();
    }

    private int writeKeyBlocks(int[] order, Bytes out, DigestedFile file, Bytes directory) {
        int blocks = 0;
        int from = 0;
        while (from < order.length) {
            int to = from;
            while (to < order.length && to - from < blockEntries && out.size() < KEY_BLOCK_BYTES) {
                writeEntry(order, to, to == from ? 0 : keys.shared(order[to - 1], order[to]), out);
                to++;
            }
            directoryRow(order[from], to - from, out, directory);
            emit(out, file);
            from = to;
            blocks++;
        }
        return blocks;
    }

    private void writeEntry(int[] order, int at, int shared, Bytes out) {
        int ordinal = order[at];
        int start = keys.start(ordinal) + shared;
        out.varint(shared);
        out.varint(keys.end(ordinal) - start);
        out.raw(keys.array(), start, keys.end(ordinal) - start);
        out.varint(((mains[ordinal] - mains[0]) << 1) | (tombstones.get(ordinal) ? 1 : 0));
        out.varint(subs[ordinal]);
        out.varint(ordinal);
    }

    private void directoryRow(int first, int entries, Bytes block, Bytes directory) {
        int length = keys.end(first) - keys.start(first);
        directory.varint(block.size());
        directory.u32(Checksums.crc32c(block.array(), 0, block.size()));
        directory.varint(entries);
        directory.varint(mains[first] - mains[0]);
        directory.varint(length);
        directory.raw(keys.array(), keys.start(first), length);
    }

    private byte[] revisionColumn() {
        Bytes column = new Bytes(keys.count() * 2 + 16);
        for (int ordinal = 0; ordinal < keys.count(); ordinal++) {
            long mainBefore = ordinal == 0 ? mains[0] : mains[ordinal - 1];
            boolean sameMain = ordinal > 0 && mains[ordinal] == mainBefore;
            column.varint(mains[ordinal] - mainBefore);
            column.varint(sameMain ? subs[ordinal] - subs[ordinal - 1] - 1 : subs[ordinal]);
        }
        return column.copy();
    }

    private static IndexFooter.Section section(DigestedFile file, byte[] bytes) {
        long offset = file.length();
        file.write(bytes, 0, bytes.length);
        return new IndexFooter.Section(offset, bytes.length, Checksums.crc32c(bytes, 0, bytes.length));
    }

    private static void emit(Bytes out, DigestedFile file) {
        file.write(out.array(), 0, out.size());
        out.clear();
    }
}
