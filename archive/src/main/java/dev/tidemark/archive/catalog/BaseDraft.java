package dev.tidemark.archive.catalog;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.schemas.avro.SideRecord;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * A base on the local disk, ready to be uploaded.
 *
 * @param generation the generation's id
 * @param source where the snapshot came from
 * @param revision R: the snapshot's revision
 * @param compactRevision C: the source's compaction revision, or 1
 * @param capturedAtMillis when the snapshot was taken, milliseconds since the epoch
 * @param segments in revision order; those up to C end exactly at C; empty for an empty keyspace
 * @param live for each segment the records that survive at R
 * @param liveAtCompaction for each segment up to C the records that survive at C
 * @param side the pairs of the source's other buckets, bucket by bucket
 * @param contentDigest docs/format.md, section 7, lower-case hex
 */
public record BaseDraft(
        String generation,
        Source source,
        long revision,
        long compactRevision,
        long capturedAtMillis,
        List<LocalSegment> segments,
        List<RoaringBitmap> live,
        List<RoaringBitmap> liveAtCompaction,
        Iterable<SideRecord> side,
        String contentDigest) {
    public BaseDraft {
        segments = List.copyOf(segments);
        live = List.copyOf(live);
        liveAtCompaction = List.copyOf(liveAtCompaction);
        if (live.size() != segments.size() || liveAtCompaction.size() > segments.size()) {
            throw new IllegalArgumentException(segments.size() + " segments with " + live.size() + " live sets and "
                    + liveAtCompaction.size() + " at the compaction revision");
        }
    }

    /**
     * Where a snapshot came from.
     *
     * @param sha256 of the snapshot as etcd sent it, lower-case hex
     * @param bytes of the database in it
     * @param version the server's version
     * @param endpoint the endpoint that sent it
     * @param memberId the etcd member id of that endpoint, as a 64-bit pattern
     */
    public record Source(String sha256, long bytes, String version, String endpoint, long memberId) {}
}
