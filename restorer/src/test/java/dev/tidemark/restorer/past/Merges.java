package dev.tidemark.restorer.past;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.LevelDraft;
import dev.tidemark.archive.catalog.LevelWriter;
import dev.tidemark.archive.catalog.Placed;
import dev.tidemark.archive.segment.RunWriter;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.SurvivorDigest;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.RunFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import org.roaringbitmap.RoaringBitmap;

/** Merges by a writer that gets its index run wrong, and all else right. */
final class Merges {
    private static final Comparator<Change> BY_KEY = ((Comparator<Change>)
                    (one, other) -> Arrays.compareUnsigned(one.key(), other.key()))
            .thenComparingLong(Change::main)
            .thenComparingLong(Change::sub);

    private Merges() {}

    /** The next checkpoint of level 1 over all that waits, whose run lacks the versions of some revisions. */
    static CheckpointManifest withoutVersions(
            ClusterArchive archive, Path directory, List<Change> log, Set<Long> without) {
        return commit(archive, first -> write(directory, first, log, without, SegmentLimits.DEFAULT));
    }

    /** The same, but a run with all versions, whose files are named in the wrong order. */
    static CheckpointManifest outOfOrder(ClusterArchive archive, Path directory, List<Change> log) {
        return commit(archive, first -> {
            List<RunFile> files =
                    new ArrayList<>(write(directory, first, log, Set.of(), new SegmentLimits(200, 300, 19, 1))
                            .getFiles());
            Collections.reverse(files);
            return new IndexRun(files, 0L);
        });
    }

    private static CheckpointManifest commit(ClusterArchive archive, LongFunction<IndexRun> runFrom) {
        LevelWriter writer = archive.levels(SampleArchive.generation(0)).orElseThrow();
        List<ManifestRow> rows = List.copyOf(writer.waiting(1));
        List<CheckpointManifest> children =
                rows.stream().map(row -> writer.read(0, row)).toList();
        CheckpointManifest last = children.get(children.size() - 1);
        List<Segment> segments = children.stream()
                .flatMap(child -> child.getMembers().stream())
                .map(member -> Segment.open(archive.store(), archive.root(), member.getSegment()))
                .toList();
        List<RoaringBitmap> live = Survivors.at(
                last.getLast(),
                Tombstones.ALL,
                segments.stream().map(Survivors.Input::raw).toList());
        List<Placed> placed = new ArrayList<>();
        List<Segment> named = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            if (!live.get(i).isEmpty()) {
                placed.add(Placed.kept(segments.get(i).ref(), live.get(i)));
                named.add(segments.get(i));
            }
        }
        SurvivorDigest digest = new SurvivorDigest();
        children.forEach(child -> digest.child(child.getContentDigest()));
        digest.survivors(named, placed.stream().map(Placed::live).toList());
        DataUploader.MergeUpload upload =
                archive.uploader(() -> "01JDB40M8H3D0V6E1C9B000000").merge(SampleArchive.generation(0));
        long first = children.get(0).getFirst();
        IndexRun run = upload.run(runFrom.apply(first));
        return writer.commit(new LevelDraft(
                1,
                rows,
                digest.finish(first, last.getLast(), last.getPosition().getNextOffset()),
                upload.finish(placed, List.of(), List.of(run)),
                last.getPosition()));
    }

    private static IndexRun write(
            Path directory, long first, List<Change> log, Set<Long> without, SegmentLimits limits) {
        try (RunWriter writer = new RunWriter(directory, first, limits)) {
            log.stream()
                    .filter(change -> change.main() >= first && !without.contains(change.main()))
                    .sorted(BY_KEY)
                    .forEach(c -> writer.version(c.key(), c.key().length, c.main(), c.sub(), c.isTombstone()));
            return writer.finish();
        }
    }
}
