package dev.tidemark.restorer.tail;

import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicDecoder;
import dev.tidemark.schemas.topic.TopicEvent;
import dev.tidemark.schemas.topic.TopicVisitor;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cuts the topic's records into local segments of one generation, and notes where it ends. Not thread-safe. */
final class TailAssembly implements TopicVisitor, Closeable {
    private final String topic;
    private final String generation;
    private final long archived;
    private final RevisionSequence sequence;
    private final TopicDecoder decoder;
    private final SegmentCutter cutter;
    private final List<LeaseTtl> leases = new ArrayList<>();
    private long provenMillis;
    private Optional<GenerationEnd> end = Optional.empty();
    private Optional<TopicEvent.GenerationOpened> next = Optional.empty();

    TailAssembly(String topic, String generation, long archived, Path directory) {
        this.topic = topic;
        this.generation = generation;
        this.archived = archived;
        this.sequence = new RevisionSequence(topic, archived);
        this.decoder = new TopicDecoder(directory);
        this.cutter = new SegmentCutter(directory, SegmentLimits.DEFAULT);
    }

    void add(byte[] record) {
        decoder.decode(record, this);
    }

    Tail finish() {
        List<LocalSegment> segments = cutter.finish();
        Optional<RevisionRange> range = sequence.last() == archived
                ? Optional.empty()
                : Optional.of(new RevisionRange(archived + 1, sequence.last()));
        return new Tail(range, segments, leases, provenMillis, end, next);
    }

    @Override
    public void opened(TopicEvent.GenerationOpened event) {
        if (event.generation().equals(generation)) {
            return;
        }
        next = Optional.of(event);
        GenerationEnd previous = event.previous();
        if (previous != null && previous.generation().equals(generation)) {
            end = Optional.of(previous);
        }
    }

    /** What a batch repeats is left out; what follows must follow without a gap. */
    @Override
    public void revisions(TopicEvent.Revisions event) {
        if (!isOurs(event) || event.range().last() <= sequence.last()) {
            return;
        }
        long before = sequence.last();
        sequence.accept(new RevisionRange(
                Math.max(event.range().first(), before + 1), event.range().last()));
        event.changes().forEach(change -> {
            if (change.main() > before) {
                cutter.append(change);
                provenMillis = change.capturedAtMillis();
            }
        });
        leases.addAll(event.leases());
    }

    @Override
    public void baseReady(TopicEvent.BaseReady event) {
        // The archive's manifests say which bases there are.
    }

    @Override
    public void sideReady(TopicEvent.SideReady event) {
        // It stands in the archive's manifests seconds later: not worth reading it from here.
    }

    @Override
    public void progress(TopicEvent.Progress event) {
        if (isOurs(event) && event.revision() == sequence.last()) {
            provenMillis = Math.max(provenMillis, event.atMillis());
        }
    }

    @Override
    public void tick(TopicEvent.Tick event) {
        // Claims nothing about the source.
    }

    private boolean isOurs(TopicEvent event) {
        if (event.generation().equals(generation)) {
            return true;
        }
        boolean follows = next.filter(known -> known.generation().equals(event.generation()))
                .isPresent();
        if (!follows) {
            throw TailException.lost(topic, "it goes on with generation " + event.generation() + ", not " + generation);
        }
        return false;
    }

    @Override
    public void close() {
        decoder.close();
        cutter.close();
    }
}
