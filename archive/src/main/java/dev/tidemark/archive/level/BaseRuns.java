package dev.tidemark.archive.level;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.RunFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The runs of a synthetic base: the live keys of some base before it, and the runs of the hours since, which stand in the
 * archive anyway. When these have become many or large, the live keys are written anew: a pure function of the base
 * before and the hours.
 */
final class BaseRuns {
    /** Each of them costs a lookup two reads. */
    static final int MOST_HOURS = 6;

    /** The share of the live keys' bytes that the hours' runs may have together. */
    private static final double HOURS_SHARE = 0.1;

    private BaseRuns() {}

    /** The runs that can be named as they are; empty if the live keys have to be written anew. */
    static Optional<List<IndexRun>> carried(BaseManifest former, List<CheckpointManifest> hours) {
        boolean known = former.getSynthesis() != null
                && !former.getSynthesis().getRuns().isEmpty()
                && hours.stream().allMatch(hour -> hour.getMerge().getRun() != null);
        if (!known) {
            return Optional.empty();
        }
        List<IndexRun> runs = new ArrayList<>(former.getSynthesis().getRuns());
        hours.forEach(hour -> runs.add(hour.getMerge().getRun()));
        List<IndexRun> since = runs.subList(1, runs.size());
        long added = since.stream().mapToLong(BaseRuns::bytes).sum();
        return since.size() <= MOST_HOURS && added <= HOURS_SHARE * bytes(runs.get(0))
                ? Optional.of(runs)
                : Optional.empty();
    }

    /** How many bytes a run's files have. */
    static long bytes(IndexRun run) {
        return run.getFiles().stream()
                .map(RunFile::getFile)
                .mapToLong(file -> file.getBytes())
                .sum();
    }
}
