package dev.tidemark.bench;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.catalog.CheckpointDraft;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.GenerationDraft;
import dev.tidemark.archive.catalog.GenerationWriter;
import dev.tidemark.archive.catalog.UploadedBase;
import dev.tidemark.archive.level.Setbacks;
import dev.tidemark.archive.level.Upkeep;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.roaringbitmap.RoaringBitmap;

/** An archive in which each checkpoint is an hour, so that a synthetic base follows each. Values compress to about a half. */
final class HourlyArchive {
    static final String CLUSTER = "bench";
    static final String GENERATION = "01JDB3Z6V5KQ8S5G4N7T2R9WXY";

    private static final long HOUR_MILLIS = 3_600_000;
    private static final int FANOUT = 64;
    private static final List<LevelPolicy> LEVELS = List.of(
            new LevelPolicy(1, HOUR_MILLIS), new LevelPolicy(1, HOUR_MILLIS), new LevelPolicy(24, 24 * HOUR_MILLIS));

    private final Path scratch;
    private final int keys;
    private final int valueBytes;
    private final SplittableRandom random = new SplittableRandom(42);
    private final byte[] text = new byte[64 << 10];
    private final ClusterArchive archive;
    private final AtomicInteger attempts;
    private final GenerationWriter writer;
    private long revision = 1;
    private int hour;

    HourlyArchive(ObjectStore store, Path scratch, int keys, int valueBytes) {
        this.scratch = scratch;
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.archive = new ClusterArchive(store, CLUSTER);
        this.attempts = new AtomicInteger();
        random.nextBytes(text);
        writer = archive.openGeneration(new GenerationDraft(
                new TopicEvent.GenerationOpened(GENERATION, CLUSTER, 1, "3.6.16", keys + 1L, 0, null),
                position(0),
                SegmentLimits.DEFAULT.policy(FANOUT, LEVELS)));
    }

    /** Ids of attempts for another process over the same archive. */
    static Supplier<String> attempts(int process) {
        AtomicInteger next = new AtomicInteger();
        return () -> String.format(Locale.ROOT, "01JDB40M8H3D0V6E1C%02d%06d", process, next.incrementAndGet());
    }

    static Upkeep upkeep(ObjectStore store, Supplier<String> attempts, Path scratch) {
        return Upkeep.of(
                        new ClusterArchive(store, CLUSTER),
                        GENERATION,
                        attempts,
                        scratch,
                        new Setbacks(InstantSource.system()))
                .orElseThrow();
    }

    /** All keys, once. */
    HourlyArchive snapshot() throws IOException {
        List<LocalSegment> segments;
        try (SegmentCutter cutter = cutter()) {
            for (int key = 0; key < keys; key++) {
                cutter.append(put(key));
            }
            segments = cutter.finish();
        }
        List<RoaringBitmap> live = segments.stream().map(LocalSegment::live).toList();
        UploadedBase base = uploader()
                .upload(new BaseDraft(
                        GENERATION,
                        new BaseDraft.Source("", 0, "3.6.16", "", 0),
                        revision,
                        revision,
                        0,
                        segments,
                        live,
                        live,
                        List.of(),
                        "00".repeat(32)));
        writer.commitBase(base.descriptor(), base.sha256());
        return this;
    }

    /** An hour in which so many random keys change, and each hot one a few times; hot ones are the first. */
    HourlyArchive hour(int changes, int hotKeys) throws IOException {
        hour++;
        long first = revision + 1;
        List<LocalSegment> segments;
        try (SegmentCutter cutter = cutter()) {
            for (int i = 0; i < changes; i++) {
                cutter.append(put(hotKeys + random.nextInt(keys - hotKeys)));
                if (i < 2 * hotKeys) {
                    cutter.append(put(i % hotKeys));
                }
            }
            segments = cutter.finish();
        }
        List<RoaringBitmap> live = Survivors.at(
                revision,
                Tombstones.ALL,
                segments.stream()
                        .map(segment -> Survivors.Input.raw(Segment.open(segment)))
                        .toList());
        writer.commit(new CheckpointDraft(
                new RevisionRange(first, revision),
                hour * HOUR_MILLIS,
                hour * HOUR_MILLIS + 1,
                "00".repeat(32),
                uploader().upload(GENERATION, segments, live),
                List.of(),
                position(revision)));
        return this;
    }

    private Change put(int key) {
        revision++;
        byte[] value = new byte[valueBytes];
        random.nextBytes(value);
        int repeated = valueBytes / 2;
        System.arraycopy(text, random.nextInt(16) * repeated % (text.length - repeated), value, 0, repeated);
        byte[] name = String.format(
                        Locale.ROOT,
                        "/registry/pods/namespace-%03d/deployment-%08x-%010d",
                        key % 500,
                        key * 0x9E3779B1,
                        key)
                .getBytes(StandardCharsets.US_ASCII);
        return Change.put(revision, 0, name, value, revision, 1, 0, hour * HOUR_MILLIS, 0);
    }

    private SegmentCutter cutter() throws IOException {
        return new SegmentCutter(Files.createTempDirectory(scratch, "cut-"), SegmentLimits.DEFAULT);
    }

    private DataUploader uploader() {
        return archive.uploader(
                () -> String.format(Locale.ROOT, "01JDB40M8H3D0V6E1C9A%06d", attempts.incrementAndGet()));
    }

    private static TopicPosition position(long nextOffset) {
        return new TopicPosition("tidemark.revisions", "bench", 0, nextOffset, 0);
    }
}
