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
            file.write(IndexFooter.Layout.SEGMENT.head());
            KeyBlockWriter blocks = new KeyBlockWriter(file, mains[0], blockEntries, KEY_BLOCK_BYTES);
            for (int at = 0; at < order.length; at++) {
                writeEntry(order, at, blocks);
            }
            int keyBlocks = blocks.finish();
            IndexFooter.Section column = IndexFooter.Section.write(file, revisionColumn());
            IndexFooter.Section table = IndexFooter.Section.write(file, blockTable);
            IndexFooter.Section directory = IndexFooter.Section.write(file, blocks.directory());
            file.write(new IndexFooter(
                            IndexFooter.Layout.SEGMENT,
                            column,
                            table,
                            directory,
                            keys.count(),
                            mains[0],
                            subs[0],
                            dataBytes,
                            keyBlocks)
                    .bytes());
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

    private void writeEntry(int[] order, int at, KeyBlockWriter blocks) {
        int ordinal = order[at];
        int shared = blocks.beginsBlock() ? 0 : keys.shared(order[at - 1], ordinal);
        Bytes out = blocks.entry(keys.array(), keys.start(ordinal), keys.end(ordinal), shared, mains[ordinal]);
        out.varint(((mains[ordinal] - mains[0]) << 1) | (tombstones.get(ordinal) ? 1 : 0));
        out.varint(subs[ordinal]);
        out.varint(ordinal);
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
}
