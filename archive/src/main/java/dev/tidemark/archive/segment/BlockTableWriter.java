package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;

/** Collects the rows of a block table while a data file is written. Not thread-safe. */
final class BlockTableWriter {
    private final Bytes rows = new Bytes(1 << 12);
    private int blocks;
    private int records;
    private Change first;
    private long lastCapturedAt;
    private long notBefore;
    private long previousMain;
    private long previousFirstCapturedAt;
    private long previousLastCapturedAt;
    private long previousNotBefore;

    /** A record of the block under way. */
    void record(Change change) {
        if (records == 0) {
            first = change;
            notBefore = change.notBeforeMillis();
        }
        records++;
        lastCapturedAt = change.capturedAtMillis();
        notBefore = Math.min(notBefore, change.notBeforeMillis());
    }

    int records() {
        return records;
    }

    /** The block under way was written. */
    void block(int length, int crc32c, long segmentFirstMain) {
        if (blocks == 0) {
            previousMain = segmentFirstMain;
        }
        rows.varint(length);
        rows.u32(crc32c);
        rows.varint(records);
        rows.varint(first.main() - previousMain);
        rows.varint(first.sub());
        rows.zigzag(first.capturedAtMillis() - previousFirstCapturedAt);
        rows.zigzag(lastCapturedAt - previousLastCapturedAt);
        rows.zigzag(notBefore - previousNotBefore);
        previousMain = first.main();
        previousFirstCapturedAt = first.capturedAtMillis();
        previousLastCapturedAt = lastCapturedAt;
        previousNotBefore = notBefore;
        blocks++;
        records = 0;
    }

    byte[] finish(ContainerHeader header) {
        Bytes table = new Bytes(rows.size() + 32);
        table.varint(header.bytes().length);
        table.u32(Checksums.crc32c(header.bytes(), 0, header.bytes().length));
        table.u64(RecordCodec.FINGERPRINT);
        table.varint(blocks);
        table.raw(rows.array(), 0, rows.size());
        return table.copy();
    }
}
