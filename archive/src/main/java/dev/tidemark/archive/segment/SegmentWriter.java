package dev.tidemark.archive.segment;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import java.io.Closeable;
import java.nio.file.Path;
import org.roaringbitmap.RoaringBitmap;

/** Writes one segment: blocks as they fill, then the index. Not thread-safe. */
final class SegmentWriter implements Closeable {
    /** What outlives a segment: memory, and the compressor. */
    static final class Workshop implements Closeable {
        private final SegmentLimits limits;
        private final ZstdCompressCtx zstd = new ZstdCompressCtx().setLevel(3).setChecksum(true);
        private final Bytes raw;
        private final Bytes frame = new Bytes(32);
        private final IndexWriter index;
        private byte[] packed = new byte[0];

        Workshop(SegmentLimits limits) {
            this.limits = limits;
            this.raw = new Bytes(limits.blockBytes() + 1024);
            this.index = new IndexWriter(limits.indexBlockEntries());
        }

        @Override
        public void close() {
            zstd.close();
        }
    }

    private final Workshop shop;
    private final Path dataPath;
    private final Path indexPath;
    private final DigestedFile data;
    private final ContainerHeader header;
    private final BlockTableWriter table = new BlockTableWriter();
    private final Change first;
    private Change last;
    private int records;

    SegmentWriter(Workshop shop, Path dataPath, Path indexPath, Change first) {
        this.shop = shop;
        this.dataPath = dataPath;
        this.indexPath = indexPath;
        this.first = first;
        this.header = ContainerHeader.of(first);
        this.data = new DigestedFile(dataPath);
        shop.raw.clear();
        shop.index.clear();
        data.write(header.bytes(), 0, header.bytes().length);
    }

    void append(Change change) {
        RecordCodec.encode(change, shop.raw);
        table.record(change);
        shop.index.add(change);
        last = change;
        records++;
        if (shop.raw.size() >= shop.limits.blockBytes()) {
            closeBlock();
        }
    }

    /** Bytes of the data file so far. */
    long encodedBytes() {
        return data.length();
    }

    /** Whether the next record belongs into another segment. */
    boolean isFull() {
        SegmentLimits limits = shop.limits;
        return records >= limits.segmentRecords()
                || (data.length() >= limits.segmentBytes() - limits.blockBytes()
                        && data.length() > header.bytes().length)
                || shop.index.keyBytes() >= limits.segmentBytes();
    }

    LocalSegment finish() {
        if (table.records() > 0) {
            closeBlock();
        }
        ObjectRef dataRef = data.finish();
        byte[] blockTable = table.finish(header);
        int[] order = shop.index.order();
        RoaringBitmap live = shop.index.live(order);
        ObjectRef indexRef = shop.index.write(indexPath, order, blockTable, dataRef.getBytes());
        SegmentRef summary = new SegmentRef(
                dataRef,
                indexRef,
                Checksums.sha256Hex(blockTable),
                (long) records,
                first.main(),
                first.sub(),
                last.main(),
                last.sub(),
                first.capturedAtMillis(),
                last.capturedAtMillis());
        return new LocalSegment(dataPath, indexPath, summary, live);
    }

    private void closeBlock() {
        Bytes raw = shop.raw;
        int bound = Math.toIntExact(Zstd.compressBound(raw.size()));
        if (shop.packed.length < bound) {
            shop.packed = new byte[bound];
        }
        int length = shop.zstd.compressByteArray(shop.packed, 0, bound, raw.array(), 0, raw.size());
        Bytes frame = shop.frame;
        frame.clear();
        frame.zigzag(table.records());
        frame.zigzag(length);
        frame.raw(shop.packed, 0, length);
        frame.raw(header.sync());
        data.write(frame.array(), 0, frame.size());
        table.block(frame.size(), Checksums.crc32c(frame.array(), 0, frame.size()), first.main());
        raw.clear();
    }

    @Override
    public void close() {
        data.close();
    }
}
