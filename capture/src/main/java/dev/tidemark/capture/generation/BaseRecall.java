package dev.tidemark.capture.generation;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.Comparator;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/** Reads a base's newest revisions back: a young generation has too few of its own to recognise its source by. */
final class BaseRecall {
    private final ClusterArchive archive;

    BaseRecall(ClusterArchive archive) {
        this.archive = archive;
    }

    /** Adds those of the last {@link Overlap#REVISIONS} revisions that only the generation's newest usable base holds. */
    void into(Overlap overlap, GenerationCatalog generation, long last) {
        long wanted = last - Overlap.REVISIONS + 1;
        long known = overlap.first().orElse(last + 1);
        if (known <= wanted) {
            return;
        }
        generation.bases().stream()
                .map(BaseManifest::getBase)
                .filter(base -> base.getRevision() <= last && base.getRevision() >= wanted)
                .max(Comparator.comparingLong(BaseDescriptor::getRevision))
                .ifPresent(base -> read(base, Math.max(wanted, base.getCompactRevision() + 1), known, overlap));
    }

    private void read(BaseDescriptor base, long from, long before, Overlap overlap) {
        RevisionDigest digest = new RevisionDigest(overlap::put);
        for (Member member : overlapping(base.getMembers(), from, before)) {
            Segment segment = Segment.open(archive.store(), archive.root(), member.getSegment());
            RoaringBitmap ordinals = new RoaringBitmap();
            ordinals.add((long) segment.ordinalsUpTo(from - 1), segment.ordinalsUpTo(before - 1));
            segment.scan(ordinals, digest::add);
        }
        digest.complete();
    }

    private static List<Member> overlapping(List<Member> members, long from, long before) {
        return members.stream()
                .filter(member -> overlaps(member.getSegment(), from, before))
                .toList();
    }

    private static boolean overlaps(SegmentRef segment, long from, long before) {
        return segment.getLastMain() >= from && segment.getFirstMain() < before;
    }
}
