package dev.tidemark.capture.generation;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.segment.ContentDigest;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.spool.Rooms;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * Makes a base of a snapshot file in one pass: segments in revision order, the last of those up to C ending exactly there,
 * and by a merge of their key indexes the live sets at R and at C.
 */
final class BaseBuilder {
    private final BaseFile file;
    private final CrossCheck crossCheck;

    /**
     * @param crossCheck is told of every revision that the file holds whole
     */
    BaseBuilder(BaseFile file, CrossCheck crossCheck) {
        this.file = file;
        this.crossCheck = crossCheck;
    }

    BaseDraft build(String generation) {
        long revision = file.revision();
        long compacted = file.compactRevision();
        ContentDigest digest = new ContentDigest();
        List<LocalSegment> segments = cut(digest);
        List<RoaringBitmap> live = survivors(revision, segments);
        List<LocalSegment> upToC = segments.stream()
                .filter(segment -> segment.summary().getLastMain() <= compacted)
                .toList();
        List<RoaringBitmap> liveAtC = survivors(compacted, upToC);
        List<SegmentRef> refs = segments.stream().map(LocalSegment::summary).toList();
        digest.live(refs, live);
        digest.live(refs, liveAtC);
        return new BaseDraft(
                generation,
                new BaseDraft.Source(
                        file.snapshot().sha256(),
                        file.snapshot().bytes(),
                        file.status().version(),
                        file.endpoint(),
                        file.status().memberId()),
                revision,
                compacted,
                file.takenAt(),
                segments,
                live,
                liveAtC,
                SideBuckets.of(file.database()),
                digest.finish(compacted, revision, 0));
    }

    private List<LocalSegment> cut(ContentDigest digest) {
        try (SegmentCutter cutter =
                new SegmentCutter(Rooms.create(file.directory(), "segments"), SegmentLimits.DEFAULT)) {
            Pass pass = new Pass(cutter, digest);
            file.database().forEachChange(file.takenAt(), 0, pass::add);
            pass.finish();
            return cutter.finish();
        }
    }

    private static List<RoaringBitmap> survivors(long revision, List<LocalSegment> segments) {
        return segments.isEmpty()
                ? List.of()
                : Survivors.at(
                        revision,
                        Tombstones.OF_TARGET,
                        segments.stream()
                                .map(Segment::open)
                                .map(Survivors.Input::raw)
                                .toList());
    }

    /** The one pass over the file's records. */
    private final class Pass {
        private final SegmentCutter cutter;
        private final ContentDigest digest;
        private final RevisionDigest whole = new RevisionDigest(crossCheck::inSnapshot);
        private final RevisionSequence sequence = new RevisionSequence("snapshot", file.compactRevision());
        private long nextSub;

        Pass(SegmentCutter cutter, ContentDigest digest) {
            this.cutter = cutter;
            this.digest = digest;
        }

        void add(Change change) {
            if (change.main() > file.compactRevision()) {
                checkDensity(change);
                whole.add(change);
            }
            cutter.append(change);
            digest.record(change);
        }

        private void checkDensity(Change change) {
            if (change.main() != sequence.last()) {
                if (cutter.records() > 0 && sequence.last() == file.compactRevision()) {
                    cutter.endSegment();
                }
                sequence.accept(change.main());
                nextSub = 0;
            }
            if (change.sub() != nextSub++) {
                throw new CaptureException(
                        Failure.VERIFICATION,
                        "the snapshot of " + file.endpoint() + " holds " + change.main() + "/" + change.sub()
                                + " where sub revision " + (nextSub - 1) + " was expected",
                        "take another snapshot; check the member with etcdutl hashkv");
            }
        }

        void finish() {
            whole.complete();
            long end = Math.max(sequence.last(), file.compactRevision());
            if (end != file.revision()) {
                throw new CaptureException(
                        Failure.VERIFICATION,
                        "the snapshot of " + file.endpoint() + " is of revision " + file.revision()
                                + " but its records end at " + end,
                        "take another snapshot; check the member with etcdutl hashkv");
            }
        }
    }
}
