package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.LevelDraft;
import dev.tidemark.archive.catalog.LevelWriter;
import dev.tidemark.archive.catalog.Placed;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.SurvivorDigest;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.ManifestRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Gathers checkpoints of one level into the next one of the level above. */
final class LevelBuilder {
    /** The first level whose data is written anew where it is worth it: below it there are bitmaps alone. */
    private static final int FIRST_REWRITTEN = 2;

    private final LevelWriter writer;
    private final DataUploader uploader;
    private final Path scratch;
    private final ManifestParts parts;
    private final ClusterArchive archive;

    LevelBuilder(ClusterArchive archive, LevelWriter writer, DataUploader uploader, Path scratch) {
        this.writer = writer;
        this.uploader = uploader;
        this.scratch = scratch;
        this.parts = new ManifestParts(archive);
        this.archive = archive;
    }

    /** Commits the next checkpoint of a level, if it is complete. */
    Optional<Done> next(int level) {
        return Grouping.next(writer.waiting(level), writer.levels().get(level - 1))
                .map(children -> gather(level, children));
    }

    private Done gather(int level, List<ManifestRow> rows) {
        List<CheckpointManifest> children =
                rows.stream().map(row -> writer.read(level - 1, row)).toList();
        CheckpointManifest last = children.get(children.size() - 1);
        List<Survivors.Input> inputs =
                children.stream().flatMap(child -> parts.inputs(child).stream()).toList();
        try (ScratchDirectory fresh = ScratchDirectory.in(scratch)) {
            MergedPieces merged = MergedPieces.at(last.getLast(), Tombstones.ALL, inputs, fresh.newDirectory());
            String digest = digest(children, merged);
            Optional<CheckpointManifest> taken = writer.standing(level, rows, digest);
            if (taken.isPresent()) {
                CheckpointManifest standing = taken.get();
                return Done.by(name(level), standing.getSeq(), standing.getLast(), standing.getMembers());
            }
            LeaseUnion leases = new LeaseUnion();
            children.forEach(child -> archive.forEachLease(child, leases::add));
            DataUploader.MergeUpload upload = uploader.merge(writer.header().getGeneration());
            SegmentLimits limits = SegmentLimits.of(writer.header().getPolicy());
            List<Placed> placed = level < FIRST_REWRITTEN
                    ? Rewriter.kept(merged.pieces())
                    : new Rewriter(limits, fresh, upload).rewrite(merged.pieces());
            List<IndexRun> runs = run(level, children, inputs, fresh.newDirectory()).map(upload::run).stream()
                    .toList();
            LevelDraft draft =
                    new LevelDraft(level, rows, digest, upload.finish(placed, leases.all(), runs), last.getPosition());
            CheckpointManifest standing = writer.commit(draft);
            return Done.of(name(level), standing.getSeq(), standing.getLast(), placed, upload.runBytes());
        }
    }

    private Optional<IndexRun> run(
            int level, List<CheckpointManifest> children, List<Survivors.Input> inputs, Path directory) {
        HistoryRuns runs =
                new HistoryRuns(archive, SegmentLimits.of(writer.header().getPolicy()));
        return level == 1
                ? Optional.of(runs.ofSegments(inputs, children.get(0).getFirst(), directory))
                : runs.ofMerged(children, directory);
    }

    static String name(int level) {
        return "level " + level;
    }

    private static String digest(List<CheckpointManifest> children, MergedPieces merged) {
        CheckpointManifest last = children.get(children.size() - 1);
        SurvivorDigest digest = new SurvivorDigest();
        children.forEach(child -> digest.child(child.getContentDigest()));
        merged.addTo(digest);
        return digest.finish(
                children.get(0).getFirst(), last.getLast(), last.getPosition().getNextOffset());
    }
}
