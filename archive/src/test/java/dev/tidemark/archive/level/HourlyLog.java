package dev.tidemark.archive.level;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.catalog.CheckpointDraft;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationDraft;
import dev.tidemark.archive.catalog.GenerationWriter;
import dev.tidemark.archive.catalog.UploadedBase;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Survivors;
import dev.tidemark.archive.segment.Tombstones;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/** A generation of which each checkpoint is an hour, so that a synthetic base follows each; and what lives in it. */
final class HourlyLog {
    private static final String CLUSTER = "hourly";
    private static final String GENERATION = "01JDB3Z6V5KQ8S5G4N7T2R9WXY";
    private static final long HOUR = 3_600_000L;
    private static final List<LevelPolicy> LEVELS =
            List.of(new LevelPolicy(1, HOUR), new LevelPolicy(1, HOUR), new LevelPolicy(24, 24 * HOUR));

    private final ClusterArchive archive;
    private final Path directory;
    private final SegmentLimits limits;
    private final List<Change> changes = new ArrayList<>();
    private final TreeMap<String, Long> alive = new TreeMap<>();
    private GenerationWriter writer;
    private long revision = 1;
    private int hours;
    private long attempts;

    HourlyLog(ObjectStore store, Path directory, SegmentLimits limits) {
        this.archive = new ClusterArchive(store, CLUSTER);
        this.directory = directory;
        this.limits = limits;
    }

    HourlyLog put(String key, byte[] value) {
        revision++;
        changes.add(Change.put(revision, 0, bytes(key), value, revision, 1, 0, hours * HOUR, 0));
        alive.put(key, revision);
        return this;
    }

    HourlyLog delete(String key) {
        revision++;
        changes.add(Change.delete(revision, 0, bytes(key), hours * HOUR, 0));
        alive.remove(key);
        return this;
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Which keys live, and since which revision they are as they are. */
    Map<String, Long> alive() {
        return alive;
    }

    /** What was put until now, as the base of a snapshot. */
    HourlyLog snapshot() throws IOException {
        writer = archive.openGeneration(new GenerationDraft(
                new TopicEvent.GenerationOpened(GENERATION, CLUSTER, 1, "3.6.16", revision, 0, null),
                position(0),
                limits.policy(64, LEVELS)));
        List<LocalSegment> segments = cut();
        List<RoaringBitmap> live = live(segments);
        UploadedBase base = archive.uploader(() -> attempt("A"))
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

    /** What changed since, at least something, as a checkpoint. */
    HourlyLog hour() throws IOException {
        hours++;
        long first = changes.get(0).main();
        List<LocalSegment> segments = cut();
        writer.commit(new CheckpointDraft(
                new RevisionRange(first, revision),
                hours * HOUR,
                hours * HOUR + 1,
                "00".repeat(32),
                archive.uploader(() -> attempt("A")).upload(GENERATION, segments, live(segments)),
                List.of(),
                position(revision)));
        return this;
    }

    private List<LocalSegment> cut() throws IOException {
        try (SegmentCutter cutter = new SegmentCutter(Files.createTempDirectory(directory, "cut-"), limits)) {
            changes.forEach(cutter::append);
            changes.clear();
            return cutter.finish();
        }
    }

    private List<RoaringBitmap> live(List<LocalSegment> segments) {
        return Survivors.at(
                revision,
                Tombstones.ALL,
                segments.stream()
                        .map(segment -> Survivors.Input.raw(Segment.open(segment)))
                        .toList());
    }

    /** All levels and bases that are due. */
    List<Done> upkeep() {
        return upkeep(archive.store(), "A");
    }

    /** The same in a copy of the archive, by somebody else. */
    List<Done> upkeep(ObjectStore store, String writer) {
        ClusterArchive there = new ClusterArchive(store, CLUSTER);
        Upkeep upkeep = Upkeep.of(
                        there, GENERATION, () -> attempt(writer), directory, new Setbacks(InstantSource.system()))
                .orElseThrow();
        List<Done> all = new ArrayList<>();
        for (Optional<Done> done = upkeep.next(); done.isPresent(); done = upkeep.next()) {
            all.add(done.get());
        }
        return all;
    }

    void copyTo(ObjectStore other) {
        for (ObjectInfo info : archive.store().list("", "", 1_000_000)) {
            other.put(info.name(), archive.store().get(info.name()));
        }
    }

    BaseManifest newest() {
        return newest(archive.store());
    }

    BaseManifest newest(ObjectStore store) {
        return new ClusterArchive(store, CLUSTER)
                .catalog()
                .newest()
                .orElseThrow()
                .synthetic(revision)
                .orElseThrow();
    }

    String root() {
        return archive.root();
    }

    private String attempt(String who) {
        return String.format("01JDB40M8H3D0V6E1C9%s%06d", who, ++attempts);
    }

    private static TopicPosition position(long offset) {
        return new TopicPosition("tidemark.revisions", "topic", 0, offset, 0);
    }
}
