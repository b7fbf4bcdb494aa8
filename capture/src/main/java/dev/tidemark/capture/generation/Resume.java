package dev.tidemark.capture.generation;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.Catalog;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works out from the topic's end, and from the archive where that is silent, where capture goes on. Remembers what this
 * process wrote last, for a topic that no longer says it. Used by one thread.
 */
public final class Resume {
    private static final Logger LOG = LoggerFactory.getLogger(Resume.class);

    private final ClusterArchive archive;
    private final WarpedClock clock;
    private CaptureSettings.NewBase newBase;

    /** How the generation ends that this process wrote before, if the topic holds nothing any more. */
    private Optional<Ending> left = Optional.empty();

    /** The topic, as far as it is asked. */
    public interface Topic {
        /** What its end says, read back to where the generation was opened, if it reaches so far. */
        TailState readToOpening();

        /** The cluster's place in it. */
        String place();

        /** What an operator knows it by: its name, and its id in brackets. */
        String name();
    }

    /**
     * Nothing was written before.
     *
     * @param newBase when a generation that is continued gets another base
     */
    public Resume(ClusterArchive archive, WarpedClock clock, CaptureSettings.NewBase newBase) {
        this.archive = archive;
        this.clock = clock;
        this.newBase = newBase;
    }

    /**
     * Remembers where a session has left a generation.
     *
     * @param generation empty if it had none
     * @param why one sentence for an operator
     */
    public void leave(String generation, long last, String why) {
        left = generation.isEmpty() ? Optional.empty() : Optional.of(lost(generation, last, why));
    }

    /**
     * Where capture goes on.
     *
     * @param tail what the topic's end says
     */
    public Generations.Standing from(TailState tail, Topic topic) {
        Generations.Standing standing = standing(tail, topic);
        left = standing.position().isPresent() ? Optional.empty() : left;
        newBase = CaptureSettings.NewBase.IF_OWED;
        return standing;
    }

    private Generations.Standing standing(TailState tail, Topic topic) {
        Catalog catalog = archive.catalog();
        if (tail.generation().isEmpty()) {
            Optional<Ending> known = left.map(ending -> archivedToo(ending, catalog));
            return over(
                    known.or(() -> catalog.newest()
                            .map(newest -> lost(newest, "topic " + topic.name() + " holds nothing of it"))),
                    0);
        }
        Optional<GenerationCatalog> archived = catalog.generation(tail.generation());
        if (archived.isEmpty() && tail.opened().isEmpty()) {
            // nobody but the topic knows of which source it is
            return fromTopicAlone(topic.readToOpening(), topic);
        }
        return from(tail, archived, topic);
    }

    /**
     * What is known nowhere is in no archive ever: an archive that was lost begins with a generation of its own. That is for
     * good, so the archive is asked once more.
     */
    private Generations.Standing fromTopicAlone(TailState tail, Topic topic) {
        Catalog catalog = archive.catalog();
        Optional<GenerationCatalog> archived = catalog.generation(tail.generation());
        if (archived.isPresent() || tail.opened().isPresent()) {
            return from(tail, archived, topic);
        }
        String why =
                "neither the archive nor " + topic.place() + " says how generation " + tail.generation() + " began";
        Optional<GenerationCatalog> newest = catalog.newest();
        return over(
                newest.map(known -> lost(known, why)).or(() -> Optional.of(lost(tail.generation(), tail.last(), why))),
                newest.map(known -> known.header().getSourceClusterId()).orElse(0L));
    }

    private static Generations.Standing over(Optional<Ending> ending, long sourceClusterId) {
        return new Generations.Standing(Optional.empty(), ending, sourceClusterId, Generations.Base.NOT_OWED, 0);
    }

    private Generations.Standing from(TailState tail, Optional<GenerationCatalog> archived, Topic topic) {
        long archivedLast = archived.map(Resume::last).orElse(0L);
        // What the topic lost and the archive holds is captured again if the source still has it: the topic stays
        // dense.
        long last = tail.last() > 0 ? tail.last() : archivedLast;
        long sourceClusterId = tail.opened()
                .map(TopicEvent.GenerationOpened::sourceClusterId)
                .or(() -> archived.map(GenerationCatalog::header).map(GenerationHeader::getSourceClusterId))
                .orElse(0L);
        if (tail.damage().isPresent()) {
            return over(
                    Optional.of(new Ending(
                            tail.generation(),
                            last,
                            GenerationEnd.Cause.DISORDER,
                            tail.damage().get())),
                    sourceClusterId);
        }
        if (last == 0) {
            return over(
                    Optional.of(lost(tail.generation(), 0, topic.place() + " no longer says how far it was captured")),
                    sourceClusterId);
        }
        archived.ifPresent(found -> recall(tail.overlap(), found, last));
        Stamper stamper = new Stamper(clock, tail.lastCapturedAt());
        if (tail.provenAt() > 0) {
            stamper.provenBefore(last, tail.provenAt());
        }
        Position position = new Position(tail.generation(), last, tail.overlap(), stamper);
        return new Generations.Standing(
                Optional.of(position), Optional.empty(), sourceClusterId, base(tail, archived), archivedLast);
    }

    private static Ending lost(GenerationCatalog archived, String why) {
        return lost(archived.header().getGeneration(), last(archived), why);
    }

    private static Ending lost(String generation, long last, String why) {
        return new Ending(generation, last, GenerationEnd.Cause.TOPIC_LOST, why);
    }

    private static long last(GenerationCatalog generation) {
        return generation
                .head(0)
                .map(head -> head.getLast())
                .orElse(generation.header().getBaseRevision());
    }

    /** A damaged base must not keep capture from bringing another one: the source is compared with less, then. */
    private void recall(Overlap overlap, GenerationCatalog generation, long last) {
        try {
            new BaseRecall(archive).into(overlap, generation, last);
        } catch (DamagedObjectException | MissingObjectException e) {
            LOG.warn("the source is compared with what the topic tells alone: {}", e.withHint());
        }
    }

    /** What the archive has counts as kept: what is missing begins after it. */
    private static Ending archivedToo(Ending left, Catalog catalog) {
        return catalog.generation(left.generation())
                .map(found -> new Ending(left.generation(), last(found), left.cause(), left.detail()))
                .orElse(left);
    }

    /** The archive knows first; how far back the topic must be read to know is not worth to wait for here. */
    private Generations.Base base(TailState tail, Optional<GenerationCatalog> archived) {
        if (newBase == CaptureSettings.NewBase.ONCE) {
            return Generations.Base.OWED;
        }
        if (archived.isPresent() && archived.get().hasBase()) {
            return Generations.Base.NOT_OWED;
        }
        if (tail.base().isPresent()) {
            return archive.isUploaded(tail.base().get()) ? Generations.Base.NOT_OWED : Generations.Base.OWED;
        }
        return tail.opened().isPresent() ? Generations.Base.OWED : Generations.Base.PERHAPS_OWED;
    }
}
