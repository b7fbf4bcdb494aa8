package dev.tidemark.archive.segment;

import java.util.Arrays;

/**
 * Where a data file's blocks stand and what is in them; what proves a ranged read. A block's range takes in its count,
 * its size and its sync marker, so that header and blocks together are the whole file.
 */
final class BlockTable {
    private final int headerLength;
    private final int headerCrc32c;
    private final long schema;
    private final long[] offsets;
    private final int[] crc32c;
    private final int[] firstOrdinals;
    private final long[] firstMains;
    private final long[] firstSubs;
    private final long[] notBefore;

    private BlockTable(int headerLength, int headerCrc32c, long schema, int blocks) {
        this.headerLength = headerLength;
        this.headerCrc32c = headerCrc32c;
        this.schema = schema;
        this.offsets = new long[blocks + 1];
        this.crc32c = new int[blocks];
        this.firstOrdinals = new int[blocks + 1];
        this.firstMains = new long[blocks];
        this.firstSubs = new long[blocks];
        this.notBefore = new long[blocks];
    }

    static BlockTable parse(String object, IndexFooter footer, byte[] bytes) {
        ByteReader in = new ByteReader(object, "block table").over(bytes, 0, bytes.length);
        int headerLength = in.count(1 << 20);
        int headerCrc = in.u32();
        long schema = in.u64();
        BlockTable table = new BlockTable(headerLength, headerCrc, schema, in.count(footer.records()));
        table.offsets[0] = headerLength;
        for (int i = 0; i < table.blocks(); i++) {
            table.offsets[i + 1] = table.offsets[i] + in.count(Integer.MAX_VALUE - 8);
            table.crc32c[i] = in.u32();
            table.firstOrdinals[i + 1] = table.firstOrdinals[i] + in.count(footer.records() - table.firstOrdinals[i]);
            table.firstMains[i] = (i == 0 ? footer.firstMain() : table.firstMains[i - 1]) + in.varint();
            table.firstSubs[i] = in.varint();
            // the first and the last capturedAt
            in.varint();
            in.varint();
            table.notBefore[i] = in.zigzag() + (i == 0 ? 0 : table.notBefore[i - 1]);
        }
        in.end();
        if (table.offsets[table.blocks()] != footer.dataBytes()
                || table.firstOrdinals[table.blocks()] != footer.records()) {
            throw in.malformed("doesn't add up to the data file");
        }
        return table;
    }

    int blocks() {
        return crc32c.length;
    }

    int headerLength() {
        return headerLength;
    }

    int headerCrc32c() {
        return headerCrc32c;
    }

    /** CRC-64-AVRO of the writer's schema. */
    long schema() {
        return schema;
    }

    long offset(int block) {
        return offsets[block];
    }

    int length(int block) {
        return (int) (offsets[block + 1] - offsets[block]);
    }

    int crc32c(int block) {
        return crc32c[block];
    }

    int firstOrdinal(int block) {
        return firstOrdinals[block];
    }

    int endOrdinal(int block) {
        return firstOrdinals[block + 1];
    }

    /** The smallest notBefore of a block's records, in milliseconds since the epoch. */
    long notBeforeMillis(int block) {
        return notBefore[block];
    }

    /** The block that holds a place of the log, if any does; −1 if the first one begins after it. */
    int blockAt(long main, long sub) {
        int low = 0;
        int high = blocks();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (firstMains[middle] < main || (firstMains[middle] == main && firstSubs[middle] <= sub)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** The block that holds a record. */
    int blockOf(int ordinal) {
        int at = Arrays.binarySearch(firstOrdinals, ordinal);
        return at >= 0 ? at : -at - 2;
    }
}
