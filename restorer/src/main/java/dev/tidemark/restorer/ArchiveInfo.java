package dev.tidemark.restorer;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CatalogPage;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.VerifyRun;
import java.util.List;
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
 * @param archiveSeconds how far the archive is behind now; empty if it holds nothing
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
        Optional<VerifyRun> verification,
        Optional<DrillRun> drill,
        String note) {
    /**
     * One generation.
     *
     * @param id its id
     * @param earliest the first restorable moment; empty while it has no base
     * @param latest the last restorable moment, the topic's included; empty while it has no base
     * @param bases how many bases it has
     * @param increments how many checkpoints it has
     * @param bytes bytes of data and indexes
     * @param endedBy what ended it; empty if it goes on
     */
    public record Generation(
            String id,
            Optional<Moment> earliest,
            Optional<Moment> latest,
            int bases,
            long increments,
            long bytes,
            Optional<String> endedBy) {}

    public ArchiveInfo {
        generations = List.copyOf(generations);
        holes = List.copyOf(holes);
    }

    /** Reads it: manifests, and a block for each moment. */
    public static ArchiveInfo read(Sources sources) {
        try (ArchiveHistory history = ArchiveHistory.open(sources)) {
            List<Chapter> chapters = history.chapters();
            long now = sources.clock().millis();
            OptionalLong archived = archivedMillis(history.archived());
            OptionalLong topic = history.tail().isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Math.max(history.tail().get().provenMillis(), archived.orElse(0)));
            boolean caughtUp =
                    history.tail().filter(tail -> tail.range().isEmpty()).isPresent();
            ProofRecords records = ProofRecords.of(sources.archive());
            return new ArchiveInfo(
                    sources.archive().cluster(),
                    Stream.concat(
                                    history.pending().stream().map(ArchiveInfo::announced),
                                    history.archived().stream().map(ArchiveInfo::generation))
                            .toList(),
                    chapters.stream().flatMap(chapter -> chapter.end().stream()).toList(),
                    seconds(now, topic),
                    seconds(now, caughtUp ? topic : archived),
                    records.verification(),
                    records.drill(),
                    Stream.of(history.note(), records.note())
                            .filter(said -> !said.isEmpty())
                            .collect(Collectors.joining("; ")));
        }
    }

    private static Generation announced(History.PendingGeneration pending) {
        return new Generation(pending.generation(), Optional.empty(), Optional.empty(), 0, 0, 0, Optional.empty());
    }

    private static Generation generation(ArchiveChapter chapter) {
        boolean restorable = !chapter.bases().isEmpty();
        return new Generation(
                chapter.generation(),
                restorable ? Optional.of(chapter.moment(Reach.earliest(chapter))) : Optional.empty(),
                restorable ? Optional.of(chapter.moment(Reach.latest(chapter))) : Optional.empty(),
                chapter.bases().size() + Math.toIntExact(chapter.syntheticBases()),
                chapter.head().map(head -> head.getSeq() + 1).orElse(0L),
                bytes(chapter),
                chapter.end().map(Hole::toString));
    }

    private static OptionalLong archivedMillis(List<ArchiveChapter> chapters) {
        return chapters.stream()
                .flatMap(chapter -> Stream.of(
                                chapter.head().map(CheckpointManifest::getLastCapturedAtMillis).stream(),
                                chapter.archivedUntil().stream(),
                                chapter.bases().stream()
                                        .map(base -> base.getBase().getCapturedAtMillis()))
                        .flatMap(times -> times))
                .mapToLong(Long::longValue)
                .max();
    }

    private static OptionalLong seconds(long now, OptionalLong then) {
        return then.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Math.max(0, now - then.getAsLong()) / 1000);
    }

    private static long bytes(Chapter chapter) {
        long bases = chapter.bases().stream()
                .map(BaseManifest::getBase)
                .mapToLong(base -> bytes(base.getMembers()))
                .sum();
        return bases + chapter.head().map(ArchiveInfo::bytesUpTo).orElse(0L);
    }

    private static long bytesUpTo(CheckpointManifest head) {
        return head.getPages().stream().mapToLong(CatalogPage::getBytes).sum()
                + head.getRecent().stream().mapToLong(ManifestRow::getBytes).sum()
                + bytes(head.getMembers());
    }

    private static long bytes(List<Member> members) {
        return members.stream()
                .map(Member::getSegment)
                .mapToLong(segment ->
                        segment.getData().getBytes() + segment.getIndex().getBytes())
                .sum();
    }
}
