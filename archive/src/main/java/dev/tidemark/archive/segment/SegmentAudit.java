package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Change;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.Consumer;

/**
 * Reads all of a segment and proves that its two files say the same: every record decodes and stands in order, and key
 * entries, revision column and block table are those of the records. Holds the segment's keys. Used once.
 */
public final class SegmentAudit {
    private final Segment segment;
    private final KeyOrder keys = new KeyOrder();
    private final BitSet tombstones = new BitSet();
    private final long[] mains;
    private final long[] subs;
    private final long[] notBefore;
    private int records;

    private SegmentAudit(Segment segment) {
        this.segment = segment;
        int expected = segment.records();
        this.mains = new long[expected];
        this.subs = new long[expected];
        this.notBefore = new long[expected];
    }

    /**
     * Gives every record to {@code sink}, in order, then judges the index.
     *
     * @return the fingerprint of the schema that the records were written with
     * @throws DamagedObjectException that names the file which is not as it must be
     */
    public static long run(Segment segment, Consumer<Change> sink) {
        SegmentAudit audit = new SegmentAudit(segment);
        segment.scan(change -> {
            audit.record(change);
            sink.accept(change);
        });
        audit.checkEnds();
        audit.checkEntries();
        audit.checkColumn();
        audit.checkBlocks();
        return segment.tables().blocks().schema();
    }

    private void record(Change change) {
        if (records == mains.length) {
            throw data("holds more than " + mains.length + " records");
        }
        boolean rises = records == 0
                || change.main() > mains[records - 1]
                || (change.main() == mains[records - 1] && change.sub() > subs[records - 1]);
        if (!rises) {
            throw data("record " + records + ", " + change + ", does not come after " + mains[records - 1] + "/"
                    + subs[records - 1]);
        }
        mains[records] = change.main();
        subs[records] = change.sub();
        notBefore[records] = change.notBeforeMillis();
        tombstones.set(records, change.isTombstone());
        keys.add(change.key());
        records++;
    }

    private void checkEnds() {
        if (records != mains.length) {
            throw data("holds " + records + " records instead of " + mains.length);
        }
        boolean ends = mains[0] == segment.ref().getFirstMain()
                && subs[0] == segment.ref().getFirstSub()
                && mains[records - 1] == segment.ref().getLastMain()
                && subs[records - 1] == segment.ref().getLastSub();
        if (!ends) {
            throw data("holds " + mains[0] + "/" + subs[0] + " to " + mains[records - 1] + "/" + subs[records - 1]
                    + ", not what its manifest says");
        }
    }

    /** Each record has one entry, which says what the record is, and the entries rise. */
    private void checkEntries() {
        BitSet seen = new BitSet(records);
        KeyCursor cursor = segment.index();
        int before = -1;
        while (cursor.next()) {
            int ordinal = cursor.ordinal();
            KeyEntry entry = cursor.entry();
            boolean same = !seen.get(ordinal)
                    && entry.main() == mains[ordinal]
                    && entry.sub() == subs[ordinal]
                    && entry.tombstone() == tombstones.get(ordinal)
                    && Arrays.equals(
                            cursor.keyArray(),
                            0,
                            cursor.keyLength(),
                            keys.array(),
                            keys.start(ordinal),
                            keys.end(ordinal));
            if (!same || (before >= 0 && !rises(before, ordinal))) {
                throw index("its entry for record " + ordinal + " is not that record's, or out of order");
            }
            seen.set(ordinal);
            before = ordinal;
        }
        if (seen.cardinality() != records) {
            throw index("has entries for " + seen.cardinality() + " of " + records + " records");
        }
    }

    private boolean rises(int before, int after) {
        byte[] array = keys.array();
        int order = Arrays.compareUnsigned(
                array, keys.start(before), keys.end(before), array, keys.start(after), keys.end(after));
        return order < 0 || (order == 0 && before < after);
    }

    private void checkColumn() {
        IndexFooter.Section column = segment.tables().footer().column();
        CheckedObject object = segment.indexObject();
        byte[] bytes = object.read(column.offset(), column.length(), column.crc32c(), "revision column");
        ByteReader in = new ByteReader(object.name(), "revision column").over(bytes, 0, bytes.length);
        long main = segment.ref().getFirstMain();
        long sub = -1;
        for (int ordinal = 0; ordinal < records; ordinal++) {
            long step = in.varint();
            sub = step == 0 && ordinal > 0 ? sub + 1 + in.varint() : in.varint();
            main += step;
            if (main != mains[ordinal] || sub != subs[ordinal]) {
                throw index("its revision column has " + main + "/" + sub + " for record " + ordinal + ", which is "
                        + mains[ordinal] + "/" + subs[ordinal]);
            }
        }
        in.end();
    }

    /** A restore up to a time skips whole blocks by this bound. */
    private void checkBlocks() {
        BlockTable table = segment.tables().blocks();
        for (int block = 0; block < table.blocks(); block++) {
            long smallest = Long.MAX_VALUE;
            for (int ordinal = table.firstOrdinal(block); ordinal < table.endOrdinal(block); ordinal++) {
                smallest = Math.min(smallest, notBefore[ordinal]);
            }
            if (smallest != table.notBeforeMillis(block)) {
                throw index("its block table has a wrong lower bound in time for block " + block);
            }
        }
    }

    private DamagedObjectException data(String problem) {
        return new DamagedObjectException(segment.dataObject().name(), problem);
    }

    private DamagedObjectException index(String problem) {
        return new DamagedObjectException(segment.indexObject().name(), problem);
    }
}
