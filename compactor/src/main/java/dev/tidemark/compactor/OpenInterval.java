package dev.tidemark.compactor;

import dev.tidemark.archive.segment.ContentDigest;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

/**
 * The interval under way: its records go straight into local segments, so memory holds one block and one segment's
 * index, whatever a revision's size. Density is the caller's to check. Not thread-safe.
 */
final class OpenInterval implements Closeable {
    private final Path directory;
    private final long firstOffset;
    private final SegmentCutter cutter;
    private final ContentDigest digest = new ContentDigest();
    private final Map<Long, LeaseTtl> leases = new LinkedHashMap<>();
    private RevisionRange range;
    private long firstCapturedAt;
    private long lastCapturedAt;
    private boolean torn;

    /**
     * @param directory an empty directory of its own, deleted at the end
     * @param firstOffset offset of its first record
     */
    OpenInterval(Path directory, SegmentLimits limits, long firstOffset) {
        this.directory = directory;
        this.firstOffset = firstOffset;
        this.cutter = new SegmentCutter(directory, limits);
    }

    /** Offset of the first record of the topic that is in here. */
    long firstOffset() {
        return firstOffset;
    }

    /** Whether an error left half a run of revisions in here, so that nothing can be made of it. */
    boolean isTorn() {
        return torn;
    }

    /** How many leases were seen. */
    int leases() {
        return leases.size();
    }

    /**
     * Adds revisions.
     *
     * @param after revisions up to this one are left out; it is before the event's last
     */
    void add(TopicEvent.Revisions event, long after) {
        torn = true;
        long first = Math.max(event.range().first(), after + 1);
        for (Change change : event.changes()) {
            if (change.main() >= first) {
                if (range == null && cutter.records() == 0) {
                    firstCapturedAt = change.capturedAtMillis();
                }
                lastCapturedAt = change.capturedAtMillis();
                cutter.append(change);
                digest.record(change);
            }
        }
        event.leases().forEach(lease -> leases.put(lease.id(), lease));
        long begin = range == null ? first : range.first();
        range = new RevisionRange(begin, event.range().last());
        torn = false;
    }

    /** Ends the interval before the record at {@code nextOffset}. It takes nothing more; its files stay until the close. */
    FinishedInterval finish(long nextOffset) {
        List<LocalSegment> segments = cutter.finish();
        List<RoaringBitmap> live = Survivors.at(
                range.last(),
                Tombstones.ALL,
                segments.stream().map(s -> Survivors.Input.raw(Segment.open(s))).toList());
        List<SegmentRef> refs = segments.stream().map(LocalSegment::summary).toList();
        digest.live(refs, live);
        String content = digest.finish(range.first(), range.last(), nextOffset);
        return new FinishedInterval(
                range,
                firstCapturedAt,
                lastCapturedAt,
                segments,
                live,
                List.copyOf(leases.values()),
                nextOffset,
                content);
    }

    @Override
    public void close() {
        cutter.close();
        Spool.delete(directory);
    }
}
