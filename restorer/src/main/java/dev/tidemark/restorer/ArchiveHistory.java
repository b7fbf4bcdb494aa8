package dev.tidemark.restorer;

import dev.tidemark.archive.catalog.Catalog;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.GenerationSummary;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.TopicPosition;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The history of a cluster as its archive and its topic tell it, as of one moment. Closing it drops the tail's files. */
final class ArchiveHistory implements History, Closeable {
    private static final Logger log = LoggerFactory.getLogger(ArchiveHistory.class);

    private final Sources sources;
    private final Scratch scratch;
    private final List<ArchiveChapter> chapters = new ArrayList<>();
    private Optional<Retention> retention = Optional.empty();
    private Optional<Tail> tail = Optional.empty();
    private Optional<TailException> tailFailure = Optional.empty();

    private ArchiveHistory(Sources sources, Scratch scratch) {
        this.sources = sources;
        this.scratch = scratch;
    }

    /** All that is known, the topic's newest revisions included. */
    static ArchiveHistory open(Sources sources) {
        return open(sources, Optional.empty());
    }

    /** What must be known for a target: the topic is not asked where the archive alone gives the same answer. */
    static ArchiveHistory openFor(Sources sources, Target target) {
        return open(sources, Optional.of(target));
    }

    private static ArchiveHistory open(Sources sources, Optional<Target> only) {
        ArchiveHistory history = new ArchiveHistory(sources, Scratch.in(sources.scratch()));
        try {
            history.read(only);
            return history;
        } catch (RuntimeException | Error e) {
            history.close();
            throw e;
        }
    }

    private void read(Optional<Target> only) {
        Catalog catalog = sources.archive().catalog();
        retention = catalog.retention();
        catalog.newest()
                .map(newest -> new ArchiveChapter(sources.archive(), newest, Optional.empty(), Optional.empty()))
                .ifPresent(chapters::add);
        List<GenerationSummary> ended = catalog.ended();
        for (int i = ended.size() - 1; i >= 0; i--) {
            GenerationSummary summary = ended.get(i);
            catalog.generation(summary.getGeneration())
                    .map(generation -> new ArchiveChapter(
                            sources.archive(), generation, Optional.of(hole(summary)), Optional.empty()))
                    .ifPresent(chapters::add);
        }
        if (only.isEmpty() || !isArchived(only.get())) {
            catalog.newest().ifPresent(this::addTail);
        }
    }

    private void addTail(GenerationCatalog newest) {
        tail = readTail(newest);
        chapters.set(0, new ArchiveChapter(sources.archive(), newest, tail.flatMap(Tail::end), tail));
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
            return Optional.of(
                    TopicTail.read(sources.topic().get(), position, header.getGeneration(), last, scratch.directory()));
        } catch (TailException e) {
            log.debug("the tail cannot be read; the archive may do", e);
            tailFailure = Optional.of(e);
            return Optional.empty();
        }
    }

    private static Hole hole(GenerationSummary summary) {
        return new Hole(summary.getHoleFirst(), summary.getHoleLast(), summary.getCause(), summary.getDetail());
    }

    /**
     * The plan for a target.
     *
     * @throws TailException if the target may depend on the topic, and that cannot be read
     */
    RestorePlan plan(Target target) {
        requireTail(target);
        return RestorePlanner.plan(this, target, sources.clock().instant());
    }

    /** The plan for a target that reads all raw history since a revision. */
    RestorePlan planFrom(Target target, long oldest) {
        requireTail(target);
        return RestorePlanner.planFrom(this, target, oldest, sources.clock().instant());
    }

    private void requireTail(Target target) {
        if (tailFailure.isPresent() && !isArchived(target)) {
            throw tailFailure.get();
        }
    }

    /** Whether the archive alone gives the same answer as archive and topic. */
    private boolean isArchived(Target target) {
        List<Chapter> restorable = new Reach(this).restorable();
        if (target instanceof Target.AtRevision asked) {
            return isArchived(restorable, asked);
        }
        if (target instanceof Target.AtTime asked && !restorable.isEmpty()) {
            Chapter newest = restorable.get(0);
            long millis = asked.time().toEpochMilli();
            return millis <= newest.moment(Reach.latest(newest)).notAfterMillis() || millis <= newest.provenMillis();
        }
        return false;
    }

    /** A bare revision beyond the newest generation's last may stand in that one's tail too, with other content. */
    private boolean isArchived(List<Chapter> restorable, Target.AtRevision asked) {
        boolean held = restorable.stream()
                .filter(chapter ->
                        asked.generation().map(chapter.generation()::equals).orElse(true))
                .anyMatch(chapter -> Reach.holds(chapter, asked.revision()));
        return held
                && (asked.generation().isPresent()
                        || asked.revision() <= Reach.latest(restorable.get(0))
                        || restorable.get(0) != chapters.get(0));
    }

    @Override
    public List<Chapter> chapters() {
        return List.copyOf(chapters);
    }

    /** The generations that stand in the archive, newest first: all of them. */
    List<ArchiveChapter> archived() {
        return List.copyOf(chapters);
    }

    @Override
    public Optional<PendingGeneration> pending() {
        return tail.flatMap(Tail::pending);
    }

    @Override
    public boolean sameState(long revision, Chapter one, Chapter other) {
        return StateDigest.of(this, one, revision).equals(StateDigest.of(this, other, revision));
    }

    /** What is promised to be kept; empty while everything is. */
    Optional<Retention> retention() {
        return retention;
    }

    /** The archive. */
    ClusterArchive archive() {
        return sources.archive();
    }

    /** The tail of the newest generation. */
    Optional<Tail> tail() {
        return tail;
    }

    /** Where a plan's leases, users and roles come from. */
    SideUse side(RestorePlan plan) {
        return chapters.stream()
                .filter(chapter -> chapter.generation().equals(plan.generation()))
                .findFirst()
                .orElseThrow()
                .side(plan);
    }

    /** A place for temporary files. */
    Scratch scratch() {
        return scratch;
    }

    /** Which records a plan may read. */
    Selection selection(RestorePlan plan) {
        return new Selection(plan.revision(), inputs(plan, PlanInputs.Purpose.MERGE), scratch.directory());
    }

    /** Where a plan's keys are looked up, oldest first: in index runs where there are any. */
    List<PastLayer> layers(RestorePlan plan) {
        return PlanLayers.of(archive(), plan, tail);
    }

    /** The same by the segments' own indexes alone. */
    List<PastLayer> segmentLayers(RestorePlan plan) {
        return PlanLayers.ofSegments(inputs(plan, PlanInputs.Purpose.LOOKUP));
    }

    /** A plan's segments, opened, in revision order. */
    List<Survivors.Input> inputs(RestorePlan plan, PlanInputs.Purpose purpose) {
        return PlanInputs.open(archive(), plan, tail, purpose);
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

    @Override
    public void close() {
        scratch.close();
    }
}
