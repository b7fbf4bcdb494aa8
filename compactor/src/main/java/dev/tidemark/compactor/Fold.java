package dev.tidemark.compactor;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.CheckpointDraft;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.CommitResult;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.GenerationDraft;
import dev.tidemark.archive.catalog.GenerationWriter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.schemas.DensityException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.SchemaException;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.TopicDecoder;
import dev.tidemark.schemas.topic.TopicEvent;
import dev.tidemark.schemas.topic.TopicVisitor;
import java.io.Closeable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one partition folded into checkpoints, record by record, from the archive's head on. Everything it decides
 * stands in the log; everything it remembers beside the archive can be thrown away at any moment and comes back from the
 * log. Not thread-safe.
 */
final class Fold implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Fold.class);
    private static final long UNSET = -1;

    /** What the next step is. */
    enum Step {
        /** The next record. */
        GO_ON,
        /** This fold is over: begin another from the archive's head, which is not where this one thought. */
        REPLAY
    }

    private final int partition;
    private final Foundry foundry;
    private final LogReader log;
    private final Patience patience;
    private final Gauge gauge;
    private final ClusterArchive archive;
    private final byte[] key;
    private final DataUploader uploader;
    private final Path parts;
    private final TopicVisitor visitor = new Visitor();

    private TopicDecoder decoder;
    /** Null as long as the archive has no generation. */
    private GenerationWriter writer;

    private RevisionSequence sequence;
    private String topicId = "";
    private long position = UNSET;
    private int epoch = LogRecord.UNKNOWN_EPOCH;

    private OpenInterval interval;
    private CutPolicy.Interval open = CutPolicy.EMPTY;
    /** Where the record began that is being read, or the first part of its revision: cuts fall only there. */
    private long border;
    /** Begun elsewhere than where the archive's head ends: what it holds already may come again. */
    private boolean overlapping;

    private IdleTime idle;
    /** Why nothing can be folded until the next generation; null if all is well. */
    private LogDefectException hole;

    private LogRecord current;
    private long currentLeases;
    private boolean carriesRevisions;
    private Step step;

    private Fold(
            int partition,
            Foundry foundry,
            LogReader log,
            Patience patience,
            Gauge gauge,
            ClusterArchive archive,
            Optional<GenerationWriter> newest) {
        this.partition = partition;
        this.foundry = foundry;
        this.log = log;
        this.patience = patience;
        this.gauge = gauge;
        this.archive = archive;
        this.key = archive.cluster().getBytes(StandardCharsets.UTF_8);
        this.uploader = archive.uploader(foundry.attemptIds());
        this.parts = foundry.spool().newDirectory("parts");
        this.decoder = new TopicDecoder(parts);
        newest.ifPresent(this::follow);
    }

    /** A fold that goes on from the archive's head. */
    static Fold open(int partition, String cluster, Foundry foundry, LogReader log, Patience patience, Gauge gauge) {
        ClusterArchive archive = foundry.archive(cluster);
        gauge.outOfHole();
        return new Fold(partition, foundry, log, patience, gauge, archive, archive.resumeNewest());
    }

    /** The generation that is followed; empty if the archive has none. */
    String generation() {
        return writer == null ? "" : writer.header().getGeneration();
    }

    /** The last revision that stands in the archive, as far as this fold knows. */
    long committed() {
        return writer == null ? 0 : writer.nextRevision() - 1;
    }

    /** The first offset that is not folded yet; known after {@link #begin}. */
    long position() {
        return position;
    }

    /** Takes its place in the log; may be repeated while it is being read, since the log's beginning moves. */
    void begin(LogReader.Ends ends) {
        if (position == UNSET) {
            topicId = ends.topicId();
            position = writer == null ? ends.first() : resume(head(), ends);
        } else if (position < ends.first()) {
            jump(position, ends.first(), "the topic's retention overtook it");
        }
    }

    /**
     * Folds the next record.
     *
     * @throws LogDefectException if it cannot be folded; the fold may then only be ended by {@link #endInHole} or closed
     */
    Step accept(LogRecord record) {
        if (!decoder.isInsideRevision()) {
            border = record.offset();
            if (cuts(record) && cut(border) == Step.REPLAY) {
                return Step.REPLAY;
            }
        }
        current = record;
        currentLeases = 0;
        carriesRevisions = false;
        step = Step.GO_ON;
        decode(record);
        if (step == Step.GO_ON) {
            boolean carries = carriesRevisions || decoder.isInsideRevision();
            open = carries
                    ? open.with(record.timestampMillis(), record.bytes(), currentLeases)
                    : open.at(record.timestampMillis());
            position = record.offset() + 1;
            epoch = record.leaderEpoch();
            if (interval == null && !decoder.isInsideRevision()) {
                // What was passed over, in a hole or because the archive holds it, belongs to no interval.
                open = CutPolicy.EMPTY;
            }
            gauge.folded(sequence == null ? 0 : sequence.last(), open);
        }
        return step;
    }

    /**
     * Ends the generation before a record that cannot be folded: what stands before it is committed, what follows is
     * passed over until a new generation begins, perhaps with this very record.
     */
    Step endInHole(LogRecord record, LogDefectException defect) {
        LOG.error("{}: generation {} ends in a hole: {}", place(), generation(), defect.withHint());
        hole = defect;
        gauge.inHole(defect.withHint());
        decoder.close();
        decoder = new TopicDecoder(parts);
        if (interval != null && interval.isTorn()) {
            throw new IllegalStateException(
                    place() + ": half a record was folded at offset " + record.offset(), defect);
        }
        if (interval != null && cut(border) == Step.REPLAY) {
            return Step.REPLAY;
        }
        // The defect may be that of a revision torn before it, and the record the next generation's first.
        return accept(record);
    }

    @Override
    public void close() {
        closeInterval();
        decoder.close();
        Spool.delete(parts);
    }

    private boolean cuts(LogRecord record) {
        return interval != null && foundry.cuts().cutsBefore(record.timestampMillis(), open);
    }

    private void decode(LogRecord record) {
        if (!Arrays.equals(key, record.key()) || record.value() == null) {
            if (hole != null) {
                // One defect ends the generation; a second one before the next would make no difference.
                return;
            }
            throw new LogDefectException(
                    record.offset(), "not a record of cluster " + archive.cluster() + " with a value", null);
        }
        boolean inside = decoder.isInsideRevision();
        try {
            if (overlapping && decoder.isContinuation(record.value()) && !decoder.isInsideRevision()) {
                return;
            }
            decoder.decode(record.value(), visitor);
        } catch (SchemaException | DensityException e) {
            if (hole == null) {
                throw new LogDefectException(record.offset(), e.getMessage(), e);
            }
            decoder.close();
            decoder = new TopicDecoder(parts);
            if (inside) {
                decode(record);
            }
        } catch (UncheckedIOException e) {
            throw Spool.unusable(parts, e);
        }
    }

    private TopicPosition head() {
        return writer.head().map(CheckpointManifest::getPosition).orElseGet(() -> writer.header()
                .getStart());
    }

    private long resume(TopicPosition head, LogReader.Ends ends) {
        if (!head.getTopicId().equals(ends.topicId())) {
            jump(head.getNextOffset(), ends.first(), "the topic is another one than " + head.getTopicId());
        } else if (head.getNextOffset() < ends.first()) {
            jump(head.getNextOffset(), ends.first(), "the topic's retention overtook it");
        } else if (head.getNextOffset() > ends.end()) {
            // Perhaps written again since then, up to anywhere: all of it is looked at.
            jump(head.getNextOffset(), ends.first(), "the topic was cut off");
        } else {
            position = head.getNextOffset();
        }
        return position;
    }

    /** Not yet a hole: only the next revision tells whether anything is missing. */
    private void jump(long from, long to, String why) {
        LOG.warn("{}: goes on at offset {} instead of {}: {}", place(), to, from, why);
        position = to;
        overlapping = true;
    }

    private void follow(GenerationWriter next) {
        writer = next;
        sequence = new RevisionSequence("topic, partition " + partition, next.nextRevision() - 1);
        idle = new IdleTime(next, patience);
        showHead();
    }

    private void showHead() {
        gauge.head(generation(), writer.nextRevision() - 1, head().getNextOffset());
    }

    /** Whether a generation ended before the one that is followed began. */
    private boolean isFormer(String generation) {
        return writer != null
                && writer.header().getPrevious().stream()
                        .anyMatch(summary -> summary.getGeneration().equals(generation));
    }

    private String place() {
        return archive.cluster() + ", partition " + partition;
    }

    private void closeInterval() {
        if (interval != null) {
            interval.close();
            interval = null;
        }
        open = CutPolicy.EMPTY;
    }

    /** Commits the open interval, if it holds anything, as ending before the record at {@code nextOffset}. */
    private Step cut(long nextOffset) {
        if (interval == null) {
            return Step.GO_ON;
        }
        FinishedInterval finished = interval.finish(nextOffset);
        LogDigests digests = new LogDigests(
                log, foundry.spool(), limits(), generation(), finished.range().first() - 1, interval.firstOffset());
        CommitResult result = patience.until(() -> commit(finished, digests));
        closeInterval();
        return settled(result, finished);
    }

    /** Uploads and commits; what was uploaded in vain before is never touched again. */
    private CommitResult commit(FinishedInterval finished, LogDigests digests) {
        return writer.commit(
                new CheckpointDraft(
                        finished.range(),
                        finished.firstCapturedAtMillis(),
                        finished.lastCapturedAtMillis(),
                        finished.contentDigest(),
                        uploader.upload(generation(), finished.segments(), finished.live()),
                        finished.leases().stream()
                                .map(lease -> new Lease(lease.id(), lease.ttlSeconds()))
                                .toList(),
                        position(finished.nextOffset())),
                digests);
    }

    private Step settled(CommitResult result, FinishedInterval own) {
        CheckpointManifest standing = result.manifest();
        if (result instanceof CommitResult.Fenced fenced) {
            throw new CompactorException(
                    Failure.FENCED,
                    place() + ": revisions " + own.range() + " cannot be committed: " + fenced.reason(),
                    "another instance holds the cluster, or the archive belongs to another topic; run one of them");
        }
        showHead();
        boolean same = standing.getLast() == own.range().last()
                && standing.getPosition().getNextOffset() == own.nextOffset()
                && standing.getPosition().getTopicId().equals(topicId);
        if (result instanceof CommitResult.Committed) {
            gauge.committed();
        } else {
            LOG.info("{}: another writer has committed {}..{}", place(), standing.getFirst(), standing.getLast());
        }
        return same ? Step.GO_ON : Step.REPLAY;
    }

    private SegmentLimits limits() {
        return SegmentLimits.of(writer.header().getPolicy());
    }

    private TopicPosition position(long nextOffset) {
        return new TopicPosition(foundry.topic(), topicId, partition, nextOffset, epoch);
    }

    /** What an object of the archive has that revisions can do without; any other failure passes. */
    private static String wrongInArchive(ArchiveException e) {
        if (e.failure() != Failure.VERIFICATION) {
            throw e;
        }
        return e.withHint();
    }

    /** What the records say, one after the other. */
    private final class Visitor implements TopicVisitor {
        @Override
        public void opened(TopicEvent.GenerationOpened event) {
            if (event.generation().equals(generation())) {
                return;
            }
            if (isFormer(event.generation())) {
                if (hole == null && !overlapping) {
                    throw new LogDefectException(
                            current.offset(), "generation " + event.generation() + " begins a second time", null);
                }
                return;
            }
            step = cut(border);
            if (step == Step.REPLAY) {
                return;
            }
            Predecessor predecessor = new Predecessor(generation(), sequence == null ? 0 : sequence.last());
            GenerationDraft draft = new GenerationDraft(
                    predecessor.corrected(event, Optional.ofNullable(hole)),
                    position(current.offset() + 1),
                    foundry.policy());
            GenerationWriter next = patience.until(() -> archive.openGeneration(draft));
            LOG.info("{}: generation {} begins after revision {}", place(), event.generation(), event.baseRevision());
            hole = null;
            overlapping = false;
            gauge.outOfHole();
            follow(next);
            step = next.head().isPresent() ? Step.REPLAY : Step.GO_ON;
        }

        @Override
        public void revisions(TopicEvent.Revisions event) {
            if (hole != null || (overlapping && isFormer(event.generation()))) {
                return;
            }
            requireGeneration(event);
            long done = sequence.last();
            RevisionRange range = event.range();
            if (overlapping && range.first() <= done) {
                if (range.last() <= done) {
                    return;
                }
                range = new RevisionRange(done + 1, range.last());
            }
            sequence.accept(range);
            overlapping = false;
            if (interval == null) {
                interval = new OpenInterval(foundry.spool().newDirectory("interval"), limits(), border);
            }
            interval.add(event, done);
            currentLeases = event.leases().size();
            carriesRevisions = true;
        }

        private void requireGeneration(TopicEvent event) {
            if (!event.generation().equals(generation())) {
                String known = writer == null ? "no generation is open" : "generation " + generation() + " is open";
                throw new LogDefectException(
                        current.offset(),
                        "revisions of generation " + event.generation() + ", but " + known + ": its opening is missing",
                        null);
            }
        }

        @Override
        public void baseReady(TopicEvent.BaseReady event) {
            try {
                boolean known = patience.until(() -> archive.resume(event.generation())
                        .map(w -> w.isGivenUp(event.baseRevision())
                                || w.commitBase(event.descriptor(), event.descriptorSha256()) != null)
                        .isPresent());
                if (known) {
                    gauge.has(Gauge.Lack.BASE);
                } else {
                    unusableBase(event, "its generation was never opened");
                }
            } catch (ArchiveException e) {
                unusableBase(event, wrongInArchive(e));
            }
        }

        /** The revisions are worth keeping even so: another base makes them restorable. */
        private void unusableBase(TopicEvent.BaseReady event, String why) {
            LOG.error("{}: base of generation {} is unusable: {}", place(), event.generation(), why);
            gauge.lacks(Gauge.Lack.BASE, "base at revision " + event.baseRevision() + " is unusable: " + why);
        }

        @Override
        public void sideReady(TopicEvent.SideReady event) {
            try {
                boolean known = patience.until(() -> archive.resume(event.generation())
                        .map(of -> of.commitSide(event))
                        .isPresent());
                if (known) {
                    gauge.has(Gauge.Lack.SIDE);
                } else {
                    unusableSide(event, "its generation was never opened");
                }
            } catch (ArchiveException e) {
                unusableSide(event, wrongInArchive(e));
            }
        }

        /** Restores go on with an older one; the next comes by itself. */
        private void unusableSide(TopicEvent.SideReady event, String why) {
            String what = "leases and auth of revision " + event.revision() + " are unusable: " + why;
            LOG.error("{}: of generation {} {}", place(), event.generation(), what);
            gauge.lacks(Gauge.Lack.SIDE, what);
        }

        @Override
        public void progress(TopicEvent.Progress event) {
            if (hole != null || !event.generation().equals(generation())) {
                return;
            }
            if (event.revision() == sequence.last() && interval == null) {
                proveIdle(event);
            }
            if (event.revision() > sequence.last()) {
                throw new LogDefectException(
                        current.offset(),
                        "the source has proven revision " + event.revision() + ", but the topic ends at "
                                + sequence.last(),
                        null);
            }
        }

        /** Restores by time are less sure without the proof, and nothing else is. */
        private void proveIdle(TopicEvent.Progress event) {
            try {
                if (idle.passed(event.revision(), event.atMillis(), position(current.offset() + 1))) {
                    gauge.has(Gauge.Lack.TIME);
                }
            } catch (ArchiveException e) {
                String why = wrongInArchive(e);
                LOG.error("{}: time after revision {} is not proven: {}", place(), event.revision(), why);
                gauge.lacks(Gauge.Lack.TIME, "time after revision " + event.revision() + " is not proven: " + why);
            }
        }

        @Override
        public void tick(TopicEvent.Tick event) {
            // Its record timestamp is all it says, and that was looked at before.
        }
    }
}
