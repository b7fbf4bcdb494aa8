package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.Member;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/** Opens what committed manifests name, as inputs of a merge. */
final class ManifestParts {
    private final ClusterArchive archive;

    ManifestParts(ClusterArchive archive) {
        this.archive = archive;
    }

    /** The segments of a checkpoint. */
    List<Survivors.Input> inputs(CheckpointManifest checkpoint) {
        String owner = ArchiveLayout.checkpoint(checkpoint.getGeneration(), checkpoint.getLevel(), checkpoint.getSeq());
        return checkpoint.getMembers().stream()
                .map(member -> Survivors.Input.ofCheckpoint(open(member), live(member, owner), checkpoint.getLast()))
                .toList();
    }

    /** The segments of a base that hold anything alive at its revision. */
    List<Survivors.Input> inputs(BaseManifest base) {
        String generation = base.getBase().getGeneration();
        String owner = base.getSynthesis() == null
                ? ArchiveLayout.base(generation, base.getSeq())
                : ArchiveLayout.syntheticBase(generation, base.getSeq());
        return base.getBase().getMembers().stream()
                .filter(member -> member.getLive().getCardinality() > 0)
                .map(member -> Survivors.Input.ofBase(
                        open(member), live(member, owner), base.getBase().getRevision()))
                .toList();
    }

    private Segment open(Member member) {
        return Segment.open(archive.store(), archive.root(), member.getSegment());
    }

    private RoaringBitmap live(Member member, String owner) {
        return LiveSets.read(member.getLive(), member.getSegment(), archive.store(), archive.root(), owner);
    }
}
