package dev.tidemark.compactor;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * An interval that was cut: everything a checkpoint says about its content, on the local disk.
 *
 * @param range its revisions
 * @param firstCapturedAtMillis capturedAt of the first of them
 * @param lastCapturedAtMillis capturedAt of the last of them
 * @param segments its records
 * @param live for each segment the last state of each key that changed in the interval, tombstones included
 * @param leases the leases seen in it
 * @param nextOffset where the topic goes on after it
 * @param contentDigest the digest of all that (docs/format.md, section 7)
 */
record FinishedInterval(
        RevisionRange range,
        long firstCapturedAtMillis,
        long lastCapturedAtMillis,
        List<LocalSegment> segments,
        List<RoaringBitmap> live,
        List<LeaseTtl> leases,
        long nextOffset,
        String contentDigest) {}
