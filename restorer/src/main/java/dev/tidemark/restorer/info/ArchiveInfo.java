package dev.tidemark.restorer.info;

import dev.tidemark.archive.catalog.ChainSize;
import dev.tidemark.restorer.Scratch;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.history.ArchiveChapter;
import dev.tidemark.restorer.history.ArchiveHistory;
import dev.tidemark.restorer.history.Chapter;
import dev.tidemark.restorer.history.History;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.VerifyRun;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What can be restored of a cluster.
 *
 * @param cluster its configured name
 * @param generations newest first
 * @param holes what is missing between them, newest first
 * @param topicSeconds how far the topic is behind now; empty if it was not read
 * @param archiveSeconds how far the archive is behind now; empty if nothing of it can be restored
 * @param retention what is promised to be kept; empty while everything is
 * @param verification the last recorded verification
 * @param drill the last recorded drill
 * @param note what an operator should know about the source of the answer; may be empty
 */
public record ArchiveInfo(
        String cluster,
        List<Generation> generations,
        List<Hole> holes,
        OptionalLong topicSeconds,
        OptionalLong archiveSeconds,
        Optional<Retention> retention,
        Optional<VerifyRun> verification,
        Optional<DrillRun> drill,
        String note) {
    /** Whether anything of a generation can be restored. */
    public enum Standing {
        /** Something of it can. */
        RESTORABLE,
        /** It has no base yet. */
        WITHOUT_BASE,
        /** It could, and retention has given up all of it. */
        GIVEN_UP
    }

    /**
     * One generation.
     *
     * @param id its id
     * @param standing whether any of it can be restored, and why not
     * @param earliest the first restorable moment; empty while it has no base, and if nothing is kept of it
     * @param everySince since when every revision is restorable; empty if only kept moments are
     * @param latest the last restorable moment, the topic's included; empty as earliest is
     * @param kept how many moments are kept before that
     * @param bases how many bases it has
     * @param increments how many checkpoints it has
     * @param bytes bytes of data and indexes of snapshots' bases and of checkpoints
     * @param chains its bases and levels
     * @param endedBy what ended it; empty if it goes on
     */
    public record Generation(
            String id,
            Standing standing,
            Optional<Moment> earliest,
            Optional<Moment> everySince,
            Optional<Moment> latest,
            int kept,
            long bases,
            long increments,
            long bytes,
            List<ChainTotal> chains,
            Optional<String> endedBy) {
        public Generation {
            chains = List.copyOf(chains);
        }
    }

    /**
     * The manifests of one kind in a generation.
     *
     * @param kind base, synthetic, or a level's number
     * @param size how many there are, and what they name
     */
    public record ChainTotal(String kind, ChainSize size) {}

    public ArchiveInfo {
        generations = List.copyOf(generations);
        holes = List.copyOf(holes);
    }

    /** Reads it: manifests, and a block for each moment. */
    public static ArchiveInfo read(Sources sources) {
        try (Scratch scratch = Scratch.in(sources.scratch())) {
            return of(sources, ArchiveHistory.open(sources, scratch.directory()));
        }
    }

    private static ArchiveInfo of(Sources sources, ArchiveHistory history) {
        List<Chapter> chapters = history.chapters();
        long now = sources.clock().millis();
        OptionalLong archived = archivedMillis(history.archived());
        OptionalLong topic = history.tail().isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(history.tail().get().provenMillis(), archived.orElse(0)));
        boolean caughtUp = history.tail().filter(tail -> tail.range().isEmpty()).isPresent();
        ProofRecords records = ProofRecords.of(sources.archive());
        List<Generation> generations = Stream.concat(
                        history.pending().stream().map(ArchiveInfo::announced),
                        history.archived().stream().map(ArchiveInfo::generation))
                .toList();
        return new ArchiveInfo(
                sources.archive().cluster(),
                generations,
                chapters.stream().flatMap(chapter -> chapter.end().stream()).toList(),
                seconds(now, topic),
                seconds(now, caughtUp ? topic : archived),
                history.retention(),
                records.verification(),
                records.drill(),
                Stream.of(history.note(), records.note())
                        .filter(said -> !said.isEmpty())
                        .collect(Collectors.joining("; ")));
    }

    private static Generation announced(History.PendingGeneration pending) {
        return new Generation(
                pending.generation(),
                Standing.WITHOUT_BASE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0,
                0,
                List.of(),
                Optional.empty());
    }

    private static Generation generation(ArchiveChapter chapter) {
        boolean restorable = chapter.isRestorable();
        Map<String, ChainSize> sizes = chapter.sizes();
        ChainSize snapshots = sizes.get("base");
        ChainSize checkpoints = sizes.get("0");
        return new Generation(
                chapter.generation(),
                restorable ? Standing.RESTORABLE : chapter.isGivenUp() ? Standing.GIVEN_UP : Standing.WITHOUT_BASE,
                restorable ? Optional.of(chapter.moment(chapter.earliest())) : Optional.empty(),
                chapter.window().map(RevisionRange::first).map(chapter::moment),
                restorable ? Optional.of(chapter.moment(chapter.latest())) : Optional.empty(),
                chapter.kept().size(),
                snapshots.manifests() + sizes.get("synthetic").manifests(),
                checkpoints.manifests(),
                snapshots.bytes() + checkpoints.bytes(),
                sizes.entrySet().stream()
                        .map(size -> new ChainTotal(size.getKey(), size.getValue()))
                        .toList(),
                chapter.end().map(Hole::toString));
    }

    private static OptionalLong archivedMillis(List<ArchiveChapter> chapters) {
        return chapters.stream()
                .flatMapToLong(chapter -> chapter.archivedMillis().stream())
                .max();
    }

    private static OptionalLong seconds(long now, OptionalLong then) {
        return then.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Math.max(0, now - then.getAsLong()) / 1000);
    }
}
