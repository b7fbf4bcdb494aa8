package dev.tidemark.archive.level;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.segment.KeyRun;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.VersionMerge;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges what the children of a level's checkpoint know of their keys into one run over all of them: of level 0 the key
 * indexes, of others their runs. No data is read.
 */
final class HistoryRuns {
    private static final Logger log = LoggerFactory.getLogger(HistoryRuns.class);

    private final ClusterArchive archive;
    private final SegmentLimits limits;

    HistoryRuns(ClusterArchive archive, SegmentLimits limits) {
        this.archive = archive;
        this.limits = limits;
    }

    /**
     * The run over raw segments.
     *
     * @param inputs all segments of checkpoints of level 0
     * @param directory an empty one, for its files
     */
    IndexRun ofSegments(List<Survivors.Input> inputs, long first, Path directory) {
        List<VersionMerge.Source> sources = inputs.stream()
                .map(Survivors.Input::segment)
                .map((Segment segment) -> VersionMerge.Source.of(segment))
                .toList();
        return VersionMerge.merge(directory, sources, first, limits);
    }

    /**
     * The run over checkpoints that are merged themselves; empty if one of them has none, since another version made it,
     * or it cannot be read. Then the checkpoint does without it, and what is merged from it too.
     *
     * @param children oldest first
     * @param directory an empty one, for its files
     */
    Optional<IndexRun> ofMerged(List<CheckpointManifest> children, Path directory) {
        if (children.stream().anyMatch(child -> child.getMerge().getRun() == null)) {
            return Optional.empty();
        }
        List<VersionMerge.Source> sources = children.stream()
                .map(child -> KeyRun.open(
                        archive.store(), archive.root(), child.getMerge().getRun()))
                .map((KeyRun run) -> VersionMerge.Source.of(run))
                .toList();
        try {
            return Optional.of(
                    VersionMerge.merge(directory, sources, children.get(0).getFirst(), limits));
        } catch (ArchiveException e) {
            if (e.failure() != Failure.VERIFICATION) {
                throw e;
            }
            log.warn(
                    "revisions {} to {} get no index run: {}",
                    children.get(0).getFirst(),
                    children.get(children.size() - 1).getLast(),
                    e.getMessage());
            return Optional.empty();
        }
    }
}
