package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.List;

/** Writes changes in revision order into as many local segments as the limits ask. Not thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class SegmentCutter implements Closeable {
    /**
     * @param directory where the files go; it exists, and no other cutter writes there
     */
    public SegmentCutter(Path directory, SegmentLimits limits) {
        throw new UnsupportedOperationException();
    }

    /**
     * Adds a change. Density is for the caller to check, since a base has holes where etcd compacted.
     *
     * @throws IllegalArgumentException if its (main, sub) is not larger than that of the change before
     */
    public void append(Change change) {
        throw new UnsupportedOperationException();
    }

    /** Ends the segment under way, if it holds anything: the next change begins another. */
    public void endSegment() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of all data blocks closed so far, compressed. */
    public long encodedBytes() {
        throw new UnsupportedOperationException();
    }

    /** How many changes were added. */
    public long records() {
        throw new UnsupportedOperationException();
    }

    /** Ends the last segment and gives all of them, in order; empty if nothing was added. Ends this cutter's work. */
    public List<LocalSegment> finish() {
        throw new UnsupportedOperationException();
    }

    /** Gives back buffers; a segment under way is left unusable on the disk, finished ones stay. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
