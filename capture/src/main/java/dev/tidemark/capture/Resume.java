package dev.tidemark.capture;

import dev.tidemark.archive.catalog.Catalog;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent;
import java.time.InstantSource;
import java.util.Optional;

/** Works out from the topic's end, and from the archive where that is silent, where capture goes on. */
final class Resume {
    private final ClusterArchive archive;
    private final TopicAccess access;
    private final InstantSource clock;
    private final Optional<Ending> left;

    /**
     * @param left how the generation ends that this process wrote before, if the topic holds nothing any more
     */
    Resume(ClusterArchive archive, TopicAccess access, InstantSource clock, Optional<Ending> left) {
        this.archive = archive;
        this.access = access;
        this.clock = clock;
        this.left = left;
    }

    Generations.Standing from(TopicTail.End end) {
        TailState tail = end.state();
        Catalog catalog = archive.catalog();
        if (tail.generation().isEmpty()) {
            return new Generations.Standing(
                    Optional.empty(), left.or(() -> catalog.newest().map(this::lost)), 0, false, 0);
        }
        Optional<GenerationCatalog> archived = catalog.generation(tail.generation());
        long archivedLast = archived.map(Resume::last).orElse(0L);
        // What the topic lost and the archive holds is captured again if the source still has it: the topic stays
        // dense.
        long last = tail.last() > 0 ? tail.last() : archivedLast;
        long sourceClusterId = tail.opened()
                .map(TopicEvent.GenerationOpened::sourceClusterId)
                .or(() -> archived.map(GenerationCatalog::header).map(GenerationHeader::getSourceClusterId))
                .orElse(0L);
        if (last == 0) {
            Ending unknown = new Ending(
                    tail.generation(),
                    0,
                    GenerationEnd.Cause.TOPIC_LOST,
                    access.place() + " no longer says how far it was captured");
            return new Generations.Standing(Optional.empty(), Optional.of(unknown), sourceClusterId, false, 0);
        }
        archived.ifPresent(found -> new BaseRecall(archive).into(tail.overlap(), found, last));
        Stamper stamper = new Stamper(clock, tail.lastCapturedAt());
        if (tail.provenAt() > 0) {
            stamper.proven(last, tail.provenAt());
        }
        Position position = new Position(tail.generation(), last, tail.overlap(), stamper);
        return new Generations.Standing(
                Optional.of(position), Optional.empty(), sourceClusterId, isBasePending(tail, archived), archivedLast);
    }

    private Ending lost(GenerationCatalog newest) {
        return new Ending(
                newest.header().getGeneration(),
                last(newest),
                GenerationEnd.Cause.TOPIC_LOST,
                "topic " + access.place().topic() + " (" + access.place().topicId() + ") holds nothing of it");
    }

    private static long last(GenerationCatalog generation) {
        return generation
                .head(0)
                .map(head -> head.getLast())
                .orElse(generation.header().getBaseRevision());
    }

    /** The archive knows first; the topic is read back to where it must be said only if the archive is behind. */
    private boolean isBasePending(TailState tail, Optional<GenerationCatalog> archived) {
        if (tail.isBaseReady()) {
            return false;
        }
        if (archived.isPresent() && archived.get().hasBase()) {
            return false;
        }
        if (tail.opened().isPresent()) {
            return true;
        }
        return !access.tail().readToOpening().state().isBaseReady();
    }
}
