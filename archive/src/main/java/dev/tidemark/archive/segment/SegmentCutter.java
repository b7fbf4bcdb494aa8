package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes changes in revision order into as many local segments as the limits ask. Not thread-safe. */
public final class SegmentCutter implements Closeable {
    private final Path directory;
    private final SegmentWriter.Workshop shop;
    private final List<LocalSegment> finished = new ArrayList<>();
    private SegmentWriter current;
    private int begun;
    private Change last;
    private long finishedBytes;
    private long records;

    /**
     * @param directory where the files go; it exists, and no other cutter writes there
     */
    public SegmentCutter(Path directory, SegmentLimits limits) {
        this.directory = directory;
        this.shop = new SegmentWriter.Workshop(limits);
    }

    /**
     * Adds a change. Density is for the caller to check, since a base has holes where etcd compacted.
     *
     * @throws IllegalArgumentException if its (main, sub) is not larger than that of the change before
     */
    public void append(Change change) {
        checkOrder(change);
        if (current != null && current.isFull()) {
            endSegment();
        }
        if (current == null) {
            current = new SegmentWriter(shop, file("avro"), file("idx"), change);
            begun++;
        }
        current.append(change);
        last = change;
        records++;
    }

    /** Ends the segment under way, if it holds anything: the next change begins another. */
    public void endSegment() {
        if (current != null) {
            LocalSegment segment = current.finish();
            finishedBytes += segment.summary().getData().getBytes();
            finished.add(segment);
            current = null;
        }
    }

    /** Bytes of the data files so far: all closed blocks, compressed. */
    public long encodedBytes() {
        return finishedBytes + (current == null ? 0 : current.encodedBytes());
    }

    /** How many changes were added. */
    public long records() {
        return records;
    }

    /** How many segments are finished and were not taken. */
    public int finished() {
        return finished.size();
    }

    /** The segments that are finished and were not taken, in order; from now on they are the caller's. */
    public List<LocalSegment> takeFinished() {
        List<LocalSegment> taken = List.copyOf(finished);
        finished.clear();
        return taken;
    }

    /** Ends the last segment and gives all that were not taken, in order; empty if there are none. Ends this cutter's work. */
    public List<LocalSegment> finish() {
        endSegment();
        return takeFinished();
    }

    /** Gives back memory; a segment under way is left unusable on the disk, finished ones stay. */
    @Override
    public void close() {
        if (current != null) {
            current.close();
            current = null;
        }
        shop.close();
    }

    private Path file(String ending) {
        return directory.resolve(String.format(Locale.ROOT, "%06d.%s", begun, ending));
    }

    private void checkOrder(Change change) {
        boolean rising = last == null
                ? change.main() >= 0 && change.sub() >= 0
                : change.main() > last.main() || (change.main() == last.main() && change.sub() > last.sub());
        if (!rising) {
            throw new IllegalArgumentException(
                    "changes out of order: " + change + (last == null ? " is the first" : " after " + last));
        }
    }
}
