package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.SegmentRef;
import java.security.MessageDigest;
import java.util.List;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * SHA-256 over the content of an interval or base, whatever its files look like (docs/format.md §7): all records in
 * order, then each list of live sets, then the range. Borders of blocks and segments don't count. Not thread-safe.
 */
public final class ContentDigest {
    private static final int FLUSH_BYTES = 16 << 10;

    private final MessageDigest sha256 = Checksums.sha256();
    private final Bytes buffer = new Bytes(FLUSH_BYTES * 2);
    private long records;

    /** Adds the next record. */
    public void record(Change change) {
        buffer.u64(change.main());
        buffer.u64(change.sub());
        buffer.u8(change.isTombstone() ? 1 : 0);
        buffer.u32(change.key().length);
        buffer.raw(change.key());
        buffer.u32(change.value().length);
        buffer.raw(change.value());
        buffer.u64(change.createRevision());
        buffer.u64(change.version());
        buffer.u64(change.lease());
        buffer.u64(change.capturedAtMillis());
        buffer.u64(change.notBeforeMillis());
        records++;
        flushIfLarge();
    }

    /**
     * After all records: adds a list of live sets, one for each segment from the first on (a base adds two lists: those
     * at its revision, then those at its compaction revision).
     */
    public void live(List<SegmentRef> segments, List<RoaringBitmap> live) {
        if (live.size() > segments.size()) {
            throw new IllegalArgumentException(live.size() + " live sets for " + segments.size() + " segments");
        }
        buffer.u64(records);
        buffer.u64(live.stream().mapToLong(RoaringBitmap::getLongCardinality).sum());
        long before = 0;
        for (int i = 0; i < live.size(); i++) {
            PeekableIntIterator ordinals = live.get(i).getIntIterator();
            while (ordinals.hasNext()) {
                buffer.u64(before + Integer.toUnsignedLong(ordinals.next()));
                flushIfLarge();
            }
            before += segments.get(i).getRecords();
        }
    }

    /** The digest, lower-case hex; ends the work. */
    public String finish(long first, long last, long nextOffset) {
        buffer.u64(first);
        buffer.u64(last);
        buffer.u64(nextOffset);
        flush();
        return Checksums.hex(sha256.digest());
    }

    private void flushIfLarge() {
        if (buffer.size() >= FLUSH_BYTES) {
            flush();
        }
    }

    private void flush() {
        sha256.update(buffer.array(), 0, buffer.size());
        buffer.clear();
    }
}
