package dev.tidemark.restorer.history;

import dev.tidemark.archive.catalog.Catalog;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.tail.Tail;
import dev.tidemark.restorer.tail.TailException;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.GenerationSummary;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The history of a cluster as its archive and its topic tell it, as of one moment. */
public final class ArchiveHistory implements History {
    private static final Logger log = LoggerFactory.getLogger(ArchiveHistory.class);

    private final Sources sources;
    private final Path directory;
    private final List<ArchiveChapter> chapters = new ArrayList<>();
    private Optional<Retention> retention = Optional.empty();
    private Optional<Tail> tail = Optional.empty();
    private Optional<TailException> tailFailure = Optional.empty();

    private ArchiveHistory(Sources sources, Path directory) {
        this.sources = sources;
        this.directory = directory;
    }

    /**
     * All that is known, the topic's newest revisions included.
     *
     * @param directory an existing empty directory, for what is cut from the topic
     */
    public static ArchiveHistory open(Sources sources, Path directory) {
        return open(sources, directory, Optional.empty());
    }

    /** What must be known for a target: the topic is not asked where the archive alone gives the same answer. */
    public static ArchiveHistory openFor(Sources sources, Target target, Path directory) {
        return open(sources, directory, Optional.of(target));
    }

    private static ArchiveHistory open(Sources sources, Path directory, Optional<Target> only) {
        ArchiveHistory history = new ArchiveHistory(sources, directory);
        history.read(only);
        return history;
    }

    private void read(Optional<Target> only) {
        Catalog catalog = sources.archive().catalog();
        retention = catalog.retention();
        catalog.newest()
                .map(newest -> ArchiveChapter.of(sources.archive(), newest))
                .ifPresent(chapters::add);
        List<GenerationSummary> ended = catalog.ended();
        for (int i = ended.size() - 1; i >= 0; i--) {
            GenerationSummary summary = ended.get(i);
            catalog.generation(summary.getGeneration())
                    .map(generation -> new ArchiveChapter(
                            sources.archive(), generation, Optional.of(holeAfter(summary)), Optional.empty()))
                    .ifPresent(chapters::add);
        }
        if (only.isEmpty() || !isArchived(only.get())) {
            catalog.newest().ifPresent(this::addTail);
        }
    }

    private void addTail(GenerationCatalog newest) {
        tail = readTail(newest);
        chapters.set(
                0,
                new ArchiveChapter(
                        sources.archive(), newest, tail.flatMap(Tail::end).map(ArchiveHistory::holeAfter), tail));
    }

    private Optional<Tail> readTail(GenerationCatalog newest) {
        if (sources.topic().isEmpty()) {
            return Optional.empty();
        }
        GenerationHeader header = newest.header();
        Optional<CheckpointManifest> head = newest.head(0);
        TopicPosition position = head.map(CheckpointManifest::getPosition).orElse(header.getStart());
        long last = head.map(CheckpointManifest::getLast).orElse(header.getBaseRevision());
        try {
            return Optional.of(Tail.read(sources.topic().get(), position, header.getGeneration(), last, directory));
        } catch (TailException e) {
            log.debug("the tail cannot be read; the archive may do", e);
            tailFailure = Optional.of(e);
            return Optional.empty();
        }
    }

    private static Hole holeAfter(GenerationSummary summary) {
        return new Hole(summary.getHoleFirst(), summary.getHoleLast(), summary.getCause(), summary.getDetail());
    }

    private static Hole holeAfter(GenerationEnd end) {
        return new Hole(end.holeFirst(), end.holeLast(), end.cause().name(), end.detail());
    }

    /**
     * Makes sure that all is known that a target may mean.
     *
     * @throws TailException if it may depend on the topic, and that cannot be read
     */
    public void require(Target target) {
        if (tailFailure.isPresent() && !isArchived(target)) {
            throw tailFailure.get();
        }
    }

    /** Whether the archive alone gives the same answer as archive and topic. */
    private boolean isArchived(Target target) {
        List<Chapter> restorable =
                chapters().stream().filter(Chapter::isRestorable).toList();
        if (target instanceof Target.AtRevision asked) {
            return isArchived(restorable, asked);
        }
        if (target instanceof Target.AtTime asked && !restorable.isEmpty()) {
            Chapter newest = restorable.get(0);
            long millis = asked.time().toEpochMilli();
            return millis <= newest.moment(newest.latest()).notAfterMillis() || millis <= newest.provenMillis();
        }
        return false;
    }

    /** A bare revision beyond the newest generation's last may stand in that one's tail too, with other content. */
    private boolean isArchived(List<Chapter> restorable, Target.AtRevision asked) {
        boolean held = restorable.stream()
                .filter(chapter ->
                        asked.generation().map(chapter.generation()::equals).orElse(true))
                .anyMatch(chapter -> chapter.holds(asked.revision()));
        return held
                && (asked.generation().isPresent()
                        || asked.revision() <= restorable.get(0).latest()
                        || restorable.get(0) != chapters.get(0));
    }

    @Override
    public List<Chapter> chapters() {
        return List.copyOf(chapters);
    }

    /** The generations that stand in the archive, newest first: all of them. */
    public List<ArchiveChapter> archived() {
        return List.copyOf(chapters);
    }

    @Override
    public Optional<PendingGeneration> pending() {
        return tail.flatMap(Tail::next)
                .map(opened ->
                        new PendingGeneration(opened.generation(), opened.baseRevision(), opened.openedAtMillis()));
    }

    /** What is promised to be kept; empty while everything is. */
    public Optional<Retention> retention() {
        return retention;
    }

    /** The tail of the newest generation. */
    public Optional<Tail> tail() {
        return tail;
    }

    /** A generation that stands in the archive. */
    public ArchiveChapter chapter(String generation) {
        return chapters.stream()
                .filter(chapter -> chapter.generation().equals(generation))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public String note() {
        return Stream.concat(
                        topicNote().stream(),
                        chapters.stream()
                                .flatMap(chapter -> chapter.doneWithout().stream())
                                .map(damage -> "done without what is damaged: " + damage))
                .collect(Collectors.joining("; "));
    }

    private Optional<String> topicNote() {
        return sources.topic().isEmpty()
                ? Optional.of("from the archive alone: no topic was asked, so its newest revisions are not seen")
                : tailFailure.map(failure -> "from the archive alone: " + failure.getMessage());
    }
}
