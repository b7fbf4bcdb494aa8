package dev.tidemark.compactor;

import dev.tidemark.archive.catalog.ContentDigests;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.topic.TopicDecoder;
import dev.tidemark.schemas.topic.TopicEvent;
import dev.tidemark.schemas.topic.TopicVisitor;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works out what a checkpoint must say that another writer cut elsewhere from the same place of the log on, by reading
 * the log itself: whether the cut is shorter or longer than ours makes no difference.
 *
 * @param log the partition's log
 * @param spool where the interval is worked out
 * @param limits the generation's
 * @param generation its id
 * @param after the last revision before the interval
 * @param firstOffset offset of the interval's first record
 */
record LogDigests(LogReader log, Spool spool, SegmentLimits limits, String generation, long after, long firstOffset)
        implements ContentDigests {
    private static final Logger LOG = LoggerFactory.getLogger(LogDigests.class);

    @Override
    public Optional<String> upTo(long last, long nextOffset) {
        if (nextOffset <= firstOffset) {
            return Optional.empty();
        }
        Path parts = spool.newDirectory("parts");
        try (OpenInterval interval = new OpenInterval(spool.newDirectory("compare"), limits, firstOffset);
                TopicDecoder decoder = new TopicDecoder(parts)) {
            Collector collector = new Collector(interval);
            log.read(firstOffset, nextOffset, record -> {
                decoder.decode(record.value(), collector);
                return true;
            });
            return collector.sequence.last() == last && !decoder.isInsideRevision()
                    ? Optional.of(interval.finish(nextOffset).contentDigest())
                    : Optional.empty();
        } catch (NotComparableException e) {
            return Optional.empty();
        } catch (TidemarkException e) {
            if (e.failure() != Failure.VERIFICATION) {
                throw e;
            }
            LOG.warn("another writer's cut at revision {} cannot be compared: {}", last, e.getMessage());
            return Optional.empty();
        } finally {
            Spool.delete(parts);
        }
    }

    /** The stretch of the log holds more than one interval. */
    private static final class NotComparableException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Gathers the revisions of the stretch. */
    private final class Collector implements TopicVisitor {
        private final OpenInterval interval;
        private final RevisionSequence sequence = new RevisionSequence("another writer's interval", after);

        Collector(OpenInterval interval) {
            this.interval = interval;
        }

        @Override
        public void opened(TopicEvent.GenerationOpened event) {
            if (!event.generation().equals(generation)) {
                throw new NotComparableException();
            }
        }

        @Override
        public void revisions(TopicEvent.Revisions event) {
            RevisionRange range = event.range();
            if (!event.generation().equals(generation) || range.last() <= sequence.last()) {
                throw new NotComparableException();
            }
            long done = sequence.last();
            sequence.accept(new RevisionRange(Math.max(range.first(), done + 1), range.last()));
            interval.add(event, done);
        }

        @Override
        public void baseReady(TopicEvent.BaseReady event) {}

        @Override
        public void sideReady(TopicEvent.SideReady event) {}

        @Override
        public void progress(TopicEvent.Progress event) {}

        @Override
        public void tick(TopicEvent.Tick event) {}
    }
}
