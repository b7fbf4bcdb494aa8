package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * SHA-256 over the content of an interval or base, whatever its files look like (docs/format.md §7): all records in
 * order, then each list of live sets, then the range. Borders of blocks and segments don't count. Not thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ContentDigest {
    /** Adds the next record. */
    public void record(Change change) {
        throw new UnsupportedOperationException();
    }

    /**
     * After all records: adds a list of live sets, one for each segment from the first on (a base adds two lists: those
     * at its revision, then those at its compaction revision).
     */
    public void live(List<SegmentRef> segments, List<RoaringBitmap> live) {
        throw new UnsupportedOperationException();
    }

    /** The digest, lower-case hex; ends the work. */
    public String finish(long first, long last, long nextOffset) {
        throw new UnsupportedOperationException();
    }
}
