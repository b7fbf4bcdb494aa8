package dev.tidemark.bench;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.catalog.CheckpointDraft;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.DataUploader;
import dev.tidemark.archive.catalog.GenerationDraft;
import dev.tidemark.archive.catalog.GenerationWriter;
import dev.tidemark.archive.catalog.UploadedBase;
import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.archive.seal.SealingKey;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.roaringbitmap.RoaringBitmap;

/** The archive that the restore benchmark reads: a base of 344 MB, then 131,812 puts of 1.65 kB in four checkpoints. */
final class RestoreArchive {
    static final String CLUSTER = "bench";

    private static final String GENERATION = "01JDB3Z6V5KQ8S5G4N7T2R9WXY";
    private static final long START = 1_700_000_000_000L;
    private static final int BASE_KEYS = 172_000;
    private static final int BASE_VALUE = 1900;
    private static final int REVISIONS = 131_812;
    private static final int VALUE = 1650;
    private static final int CHECKPOINTS = 4;

    private final RestoreShape shape;
    private final Path scratch;
    private final Random random = new Random(42);
    private final AtomicInteger attempts = new AtomicInteger();
    private final ClusterArchive archive;

    private RestoreArchive(RestoreShape shape, ObjectStore store, Path scratch) {
        this.shape = shape;
        this.scratch = scratch;
        this.archive = new ClusterArchive(store, CLUSTER);
    }

    /** The store in a directory; sealed if there is a key beside it. */
    static ObjectStore open(Path directory) {
        Path key = key(directory);
        return Sealing.of(Files.exists(key) ? List.of(key) : List.of(), Sealing.Clear.REFUSE)
                .over(ObjectStores.open(ArchiveSettings.inDirectory(directory.toUri())), InstantSource.system());
    }

    private static Path key(Path store) {
        return store.resolveSibling("key");
    }

    /** Makes the same archive sealed, unless it is there. */
    static void makeSealed(RestoreShape shape, Path directory) throws IOException {
        Path key = key(Files.createDirectories(directory).resolve("store"));
        if (!Files.exists(key)) {
            SealingKey.create(key, new SecureRandom());
        }
        make(shape, directory);
    }

    /** Makes the archive below a directory, unless it is there. */
    static void make(RestoreShape shape, Path directory) throws IOException {
        Path done = directory.resolve("done");
        if (Files.exists(done)) {
            return;
        }
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        try (ObjectStore store = open(Files.createDirectories(directory.resolve("store")))) {
            new RestoreArchive(shape, store, scratch).make();
        }
        Files.createFile(done);
    }

    private void make() throws IOException {
        long base = BASE_KEYS + 1L;
        SegmentLimits limits = SegmentLimits.DEFAULT;
        GenerationWriter writer = archive.openGeneration(new GenerationDraft(
                new TopicEvent.GenerationOpened(GENERATION, CLUSTER, 1, "3.6.16", base, START, null),
                position(0),
                limits.policy(64)));
        List<LocalSegment> segments = cut(2, base, BASE_VALUE);
        List<RoaringBitmap> live = survivors(base, Tombstones.OF_TARGET, segments);
        UploadedBase uploaded = uploader()
                .upload(new BaseDraft(
                        GENERATION,
                        new BaseDraft.Source("", 0, "3.6.16", "", 0),
                        base,
                        base,
                        START,
                        segments,
                        live,
                        live,
                        List.of(),
                        ""));
        writer.commitBase(uploaded.descriptor(), uploaded.sha256());
        for (int i = 0; i < CHECKPOINTS; i++) {
            long first = base + 1 + (long) REVISIONS * i / CHECKPOINTS;
            long last = base + (long) REVISIONS * (i + 1) / CHECKPOINTS;
            List<LocalSegment> cut = cut(first, last, VALUE);
            writer.commit(new CheckpointDraft(
                    new RevisionRange(first, last),
                    START + first,
                    START + last,
                    "",
                    uploader().upload(GENERATION, cut, survivors(last, Tombstones.ALL, cut)),
                    List.of(),
                    position(last)));
        }
    }

    private List<LocalSegment> cut(long first, long last, int bytes) throws IOException {
        try (SegmentCutter cutter =
                new SegmentCutter(Files.createTempDirectory(scratch, "cut-"), SegmentLimits.DEFAULT)) {
            for (long main = first; main <= last; main++) {
                byte[] value = new byte[bytes];
                shape.fill(value, random);
                cutter.append(Change.put(main, 0, key(main), value, main, 1, 0, START + main, START + main - 5));
            }
            return cutter.finish();
        }
    }

    private byte[] key(long main) {
        return String.format(
                        Locale.ROOT,
                        "/registry/pods/namespace-%03d/deployment-%08x-%010d",
                        main % 500,
                        random.nextInt(),
                        main)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static List<RoaringBitmap> survivors(long target, Tombstones tombstones, List<LocalSegment> segments) {
        return Survivors.at(
                target,
                tombstones,
                segments.stream()
                        .map(segment -> Survivors.Input.raw(Segment.open(segment)))
                        .toList());
    }

    private DataUploader uploader() {
        return archive.uploader(
                () -> String.format(Locale.ROOT, "01JDB40M8H3D0V6E1C9A%06d", attempts.incrementAndGet()));
    }

    private static TopicPosition position(long nextOffset) {
        return new TopicPosition("tidemark.revisions", "bench", 0, nextOffset, 0);
    }
}
