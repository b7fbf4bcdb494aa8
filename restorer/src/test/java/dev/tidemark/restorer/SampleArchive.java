package dev.tidemark.restorer;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.catalog.CheckpointDraft;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.CommitResult;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.GenerationDraft;
import dev.tidemark.archive.catalog.GenerationWriter;
import dev.tidemark.archive.catalog.UploadedBase;
import dev.tidemark.archive.level.Setbacks;
import dev.tidemark.archive.level.Upkeep;
import dev.tidemark.archive.segment.ContentDigest;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ArchivePolicy;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import org.roaringbitmap.RoaringBitmap;

/** Builds a cluster's archive out of logs, by the same doors that capture and compactor use. */
public final class SampleArchive {
    public static final String CLUSTER = "sample";
    public static final String TOPIC = "tidemark.revisions";
    public static final SegmentLimits SMALL = new SegmentLimits(256, 4096, 40, 8);

    /** Small enough for all levels in a log of 60 revisions, a second each. */
    static final List<LevelPolicy> LEVELS =
            List.of(new LevelPolicy(2, 12_000L), new LevelPolicy(2, 20_000L), new LevelPolicy(2, 40_000L));

    private final ClusterArchive archive;
    private final Path scratch;
    private final SegmentLimits limits;
    private final AtomicInteger attempts = new AtomicInteger();
    private GenerationWriter writer;
    private String topicId = "topic-id";
    private LongUnaryOperator capturedAt = SampleLog::capturedAt;
    private List<LevelPolicy> levels = LEVELS;

    public SampleArchive(ObjectStore store, Path scratch, SegmentLimits limits) {
        this(store, CLUSTER, scratch, limits);
    }

    public SampleArchive(ObjectStore store, String cluster, Path scratch, SegmentLimits limits) {
        this.archive = new ClusterArchive(store, cluster);
        this.scratch = scratch;
        this.limits = limits;
    }

    public ClusterArchive archive() {
        return archive;
    }

    /** Bases say that they were taken when their revision was, by another clock than that of a sample log. */
    public void capturedAt(LongUnaryOperator clock) {
        this.capturedAt = clock;
    }

    /** Generations that are opened from now on gather their levels like this. */
    public void levels(List<LevelPolicy> policy) {
        this.levels = policy;
    }

    public void topicId(String id) {
        this.topicId = id;
    }

    /** Sources over the archive alone, as of a time. */
    public Sources sources(Instant now) {
        return new Sources(archive, Optional.empty(), scratch, Clock.fixed(now, ZoneOffset.UTC));
    }

    /** The id of the n-th generation. */
    public static String generation(int n) {
        return "01JDB3Z6V5KQ8S5G4N7T2R9W" + String.format("%02d", n);
    }

    /** Opens a generation. */
    public SampleArchive open(int n, long baseRevision, GenerationEnd previous) {
        TopicEvent.GenerationOpened opened = new TopicEvent.GenerationOpened(
                generation(n),
                archive.cluster(),
                7,
                "3.6.16",
                baseRevision,
                capturedAt.applyAsLong(baseRevision),
                previous);
        ArchivePolicy policy = limits.policy(4, levels);
        writer = archive.openGeneration(new GenerationDraft(opened, position(0), policy));
        return this;
    }

    /** Commits a base at {@code revision} with raw history since {@code compacted}, as of a log. */
    public SampleArchive base(List<Change> log, long compacted, long revision, List<SideRecord> side) {
        return base(SampleLog.compactedAt(log, compacted), log, compacted, revision, side);
    }

    /** The same with all that a compaction has not removed yet. */
    public SampleArchive leftovers(List<Change> log, long compacted, long revision) {
        List<Change> first =
                log.stream().filter(change -> change.main() <= compacted).toList();
        return base(first, log, compacted, revision, List.of());
    }

    private SampleArchive base(
            List<Change> first, List<Change> log, long compacted, long revision, List<SideRecord> side) {
        long at = capturedAt.applyAsLong(revision);
        List<Change> rest = log.stream()
                .filter(change -> compacted < change.main() && change.main() <= revision)
                .toList();
        Path directory = newDirectory();
        List<LocalSegment> segments;
        int upToCompaction;
        try (SegmentCutter cutter = new SegmentCutter(directory, limits)) {
            first.forEach(change -> cutter.append(change.withTimes(at, 0)));
            cutter.endSegment();
            rest.forEach(change -> cutter.append(change.withTimes(at, 0)));
            segments = cutter.finish();
        }
        upToCompaction = (int) segments.stream()
                .filter(segment -> segment.summary().getLastMain() <= compacted)
                .count();
        List<Survivors.Input> all = raw(segments);
        List<RoaringBitmap> live = Survivors.at(revision, Tombstones.OF_TARGET, all);
        List<RoaringBitmap> liveAtCompaction =
                Survivors.at(compacted, Tombstones.OF_TARGET, all.subList(0, upToCompaction));
        BaseDraft draft = new BaseDraft(
                writer.header().getGeneration(),
                new BaseDraft.Source("00", 1, "3.6.16", "http://127.0.0.1:2379", 9),
                revision,
                compacted,
                at,
                segments,
                live,
                liveAtCompaction,
                side,
                digest(first, rest, at, segments, live, liveAtCompaction, compacted, revision));
        UploadedBase uploaded = uploader().upload(draft);
        writer.commitBase(uploaded.descriptor(), uploaded.sha256());
        return this;
    }

    private static String digest(
            List<Change> first,
            List<Change> rest,
            long at,
            List<LocalSegment> segments,
            List<RoaringBitmap> live,
            List<RoaringBitmap> liveAtCompaction,
            long compacted,
            long revision) {
        ContentDigest digest = new ContentDigest();
        first.forEach(change -> digest.record(change.withTimes(at, 0)));
        rest.forEach(change -> digest.record(change.withTimes(at, 0)));
        List<SegmentRef> refs = segments.stream().map(LocalSegment::summary).toList();
        digest.live(refs, live);
        digest.live(refs, liveAtCompaction);
        return digest.finish(compacted, revision, 0);
    }

    /** Claims the partition, as capture does. */
    public SampleArchive claim() {
        archive.claim(topicId, 0);
        return this;
    }

    /** Commits a checkpoint of the log's revisions from the last one's end to {@code last}. */
    public SampleArchive checkpoint(List<Change> log, long last, List<Lease> leases) {
        return checkpoint(log, last, leases, live -> live, digest -> digest);
    }

    /** The same by a writer that gets live sets or the digest wrong. */
    public SampleArchive checkpoint(
            List<Change> log,
            long last,
            List<Lease> leases,
            UnaryOperator<List<RoaringBitmap>> error,
            UnaryOperator<String> digestError) {
        long first = writer.nextRevision();
        List<Change> part = log.stream()
                .filter(change -> first <= change.main() && change.main() <= last)
                .toList();
        List<LocalSegment> segments;
        try (SegmentCutter cutter = new SegmentCutter(newDirectory(), limits)) {
            part.forEach(cutter::append);
            segments = cutter.finish();
        }
        List<RoaringBitmap> live = error.apply(Survivors.at(last, Tombstones.ALL, raw(segments)));
        CheckpointDraft draft = new CheckpointDraft(
                new RevisionRange(first, last),
                part.get(0).capturedAtMillis(),
                part.get(part.size() - 1).capturedAtMillis(),
                digestError.apply(digest(part, segments, live)),
                uploader().upload(writer.header().getGeneration(), segments, live),
                leases,
                position(last));
        if (!(writer.commit(draft) instanceof CommitResult.Committed)) {
            throw new AssertionError("checkpoint " + first + ".." + last + " was not committed");
        }
        return this;
    }

    /** Makes all levels and synthetic bases that are due. */
    public SampleArchive upkeep() {
        Upkeep upkeep = Upkeep.of(
                        archive,
                        writer.header().getGeneration(),
                        this::newAttempt,
                        scratch,
                        new Setbacks(InstantSource.system()))
                .orElseThrow();
        upkeep.refresh();
        while (upkeep.next().isPresent()) {
            // Until nothing is due.
        }
        return this;
    }

    /** Commits a proof that nothing came after a revision until a time. */
    public SampleArchive time(long revision, long atMillis) {
        writer.commitTime(revision, atMillis, position(revision + 1));
        return this;
    }

    /** Commits a side state as of a revision. */
    public SampleArchive side(long revision, List<SideRecord> side) {
        String generation = writer.header().getGeneration();
        ObjectRef object = uploader().uploadSide(generation, side);
        writer.commitSide(new TopicEvent.SideReady(
                generation,
                revision,
                1,
                capturedAt.applyAsLong(revision),
                object.getName(),
                object.getBytes(),
                object.getSha256()));
        return this;
    }

    private String digest(List<Change> part, List<LocalSegment> segments, List<RoaringBitmap> live) {
        ContentDigest digest = new ContentDigest();
        part.forEach(digest::record);
        List<SegmentRef> refs = segments.stream().map(LocalSegment::summary).toList();
        digest.live(refs, live);
        return digest.finish(
                part.get(0).main(),
                part.get(part.size() - 1).main(),
                part.get(part.size() - 1).main());
    }

    private static List<Survivors.Input> raw(List<LocalSegment> segments) {
        return segments.stream()
                .map(segment -> Survivors.Input.raw(Segment.open(segment)))
                .toList();
    }

    private DataUploader uploader() {
        return archive.uploader(this::newAttempt);
    }

    private String newAttempt() {
        return "01JDB40M8H3D0V6E1C9A" + String.format("%06d", attempts.incrementAndGet());
    }

    private TopicPosition position(long nextOffset) {
        return new TopicPosition(TOPIC, topicId, 0, nextOffset, -1);
    }

    private Path newDirectory() {
        try {
            return Files.createTempDirectory(scratch, "cut-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
