package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.LevelWriter;
import dev.tidemark.archive.catalog.MergedData;
import dev.tidemark.archive.catalog.Placed;
import dev.tidemark.archive.catalog.SyntheticDraft;
import dev.tidemark.archive.catalog.SyntheticWriter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.SurvivorDigest;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.SideState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Works out the next synthetic base from the one before and the hour's checkpoint after it: no load on the source. */
final class BaseBuilder {
    /** Bases stand on this level's checkpoints: raw segments would stay pinned by the few cold records in each. */
    private static final int HOUR = 2;

    static final String NAME = "base";

    private final LevelWriter levels;
    private final SyntheticWriter writer;
    private final DataUploader uploader;
    private final Path scratch;
    private final ManifestParts parts;
    private final ClusterArchive archive;

    BaseBuilder(
            ClusterArchive archive, LevelWriter levels, SyntheticWriter writer, DataUploader uploader, Path scratch) {
        this.levels = levels;
        this.writer = writer;
        this.uploader = uploader;
        this.scratch = scratch;
        this.parts = new ManifestParts(archive);
        this.archive = archive;
    }

    /** Commits the next base, if its hour is there. */
    Optional<Done> next() {
        if (levels.levels().size() < HOUR || levels.head(HOUR).isEmpty()) {
            return Optional.empty();
        }
        return writer.head().map(this::after).orElseGet(this::first);
    }

    private Optional<Done> after(BaseManifest former) {
        long done = former.getBase().getRevision();
        if (levels.head(HOUR).orElseThrow().getLast() <= done) {
            return Optional.empty();
        }
        return Optional.of(synthesise(former, levels.rowsAfter(HOUR, done).subList(0, 1), writer.snapshots()));
    }

    /** The first one follows the newest snapshot before the end of the first hour that ends after any. */
    private Optional<Done> first() {
        List<BaseManifest> snapshots = writer.snapshots();
        Optional<BaseManifest> oldest = snapshots.stream().min(Comparator.comparingLong(BaseBuilder::revision));
        Optional<ManifestRow> hour = oldest.flatMap(
                base -> levels.rowsAfter(HOUR, revision(base)).stream().findFirst());
        return hour.map(row -> synthesise(
                snapshots.stream()
                        .filter(base -> revision(base) < row.getLast())
                        .max(Comparator.comparingLong(BaseBuilder::revision))
                        .orElseThrow(),
                List.of(row),
                snapshots));
    }

    private Done synthesise(BaseManifest former, List<ManifestRow> hours, List<BaseManifest> snapshots) {
        List<CheckpointManifest> checkpoints =
                hours.stream().map(row -> levels.read(HOUR, row)).toList();
        long revision = hours.get(hours.size() - 1).getLast();
        List<Survivors.Input> inputs = new ArrayList<>(parts.inputs(former));
        // A snapshot may have been taken within the hour: then it holds the hour's beginning already.
        checkpoints.forEach(hour -> parts.inputs(hour).stream()
                .filter(input -> input.segment().ref().getLastMain() > revision(former))
                .forEach(input -> inputs.add(input.after(revision(former)))));
        SegmentLimits limits = SegmentLimits.of(levels.header().getPolicy());
        try (ScratchDirectory fresh = ScratchDirectory.in(scratch);
                LiveKeys keys = new LiveKeys(BaseRuns.after(former, checkpoints), fresh, limits, revision)) {
            MergedPieces merged = MergedPieces.at(revision, Tombstones.OF_TARGET, inputs, fresh.newDirectory(), keys);
            SurvivorDigest digest = new SurvivorDigest();
            merged.addTo(digest);
            String contentDigest = digest.finish(revision, revision, 0);
            Optional<BaseManifest> taken = writer.standing(revision, contentDigest);
            if (taken.isPresent()) {
                BaseManifest standing = taken.get();
                return Done.by(
                        NAME,
                        standing.getSeq(),
                        revision(standing),
                        standing.getBase().getMembers());
            }
            SideState side = writer.side(revision, snapshots).orElseThrow();
            LeaseUnion leases = new LeaseUnion();
            archive.forEachLease(former, leases::add);
            checkpoints.forEach(hour -> archive.forEachLease(hour, leases::add));
            DataUploader.MergeUpload upload = uploader.merge(levels.header().getGeneration());
            List<Placed> placed = new Rewriter(limits, fresh, upload).rewrite(merged.pieces());
            MergedData data = upload.finish(placed, leases.after(side.getRevision()), keys.finish(upload));
            BaseManifest standing = writer.commit(new SyntheticDraft(former, hours, side, contentDigest, data));
            return Done.of(NAME, standing.getSeq(), revision(standing), placed, upload.runBytes());
        }
    }

    private static long revision(BaseManifest base) {
        return base.getBase().getRevision();
    }
}
