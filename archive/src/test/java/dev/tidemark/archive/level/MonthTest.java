package dev.tidemark.archive.level;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.catalog.CheckpointDraft;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.CommitResult;
import dev.tidemark.archive.catalog.GenerationDraft;
import dev.tidemark.archive.catalog.GenerationWriter;
import dev.tidemark.archive.catalog.UploadedBase;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.LocalSegment;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.SegmentCutter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.Member;
import dev.tidemark.schemas.avro.TopicPosition;
import dev.tidemark.schemas.topic.TopicEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/** Thirty days of hourly bases at a small scale: a few hot keys, many cold ones. */
class MonthTest {
    private static final int HOURS = 720;
    private static final int HOT = 20;
    private static final int COLD = 2_000;
    private static final int COLD_WRITES = 40;
    private static final SegmentLimits LIMITS = new SegmentLimits(512, 24 << 10, 4_096, 16);
    /** Each checkpoint is an hour. */
    private static final List<LevelPolicy> LEVELS =
            List.of(new LevelPolicy(1, 3_600_000L), new LevelPolicy(1, 3_600_000L), new LevelPolicy(24, 86_400_000L));

    private static final String GENERATION = "01JDB3Z6V5KQ8S5G4N7T2R9WXY";

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(InstantSource.system());
    private final ClusterArchive archive = new ClusterArchive(store, "month");
    private final Random random = new Random(20261130);
    private final Map<Integer, Change> state = new TreeMap<>();
    private long revision = 1;
    private long attempts;

    @Test
    void segmentsStayFewDeadBytesStayFewAndBasesAndLevelsWriteLittleAnew() throws IOException {
        GenerationWriter writer = archive.openGeneration(new GenerationDraft(
                new TopicEvent.GenerationOpened(GENERATION, "month", 1, "3.6.16", COLD + HOT + 1L, 0, null),
                position(0),
                LIMITS.policy(64, LEVELS)));
        begin(writer);
        Upkeep upkeep = Upkeep.of(archive, GENERATION, this::attempt, directory, new Setbacks(InstantSource.system()))
                .orElseThrow();
        long hourBytes = 0;
        long writtenForBases = 0;
        long writtenForLevels = 0;
        for (int hour = 0; hour < HOURS; hour++) {
            commitHour(writer, hour);
            upkeep.refresh();
            for (Optional<Done> done = upkeep.next(); done.isPresent(); done = upkeep.next()) {
                if (done.get().what().equals("level 2")) {
                    hourBytes += done.get().bytes();
                }
                if (done.get().what().equals("base")) {
                    writtenForBases += done.get().writtenBytes();
                } else {
                    writtenForLevels += done.get().writtenBytes();
                }
            }
            if (hour % 24 == 23) {
                check(newest());
            }
        }
        BaseManifest base = newest();
        assertThat(base.getSeq()).isEqualTo(HOURS - 1);
        assertThat((double) writtenForBases / hourBytes)
                .as("bytes that bases write for each byte of an hour")
                .isLessThanOrEqualTo(3);
        assertThat((double) writtenForLevels / hourBytes)
                .as("bytes that levels 2 and 3 write for each byte of an hour")
                .isLessThanOrEqualTo(1.6);
        assertThat(read(base)).isEqualTo(expected());
    }

    /** The goals for one base. */
    private void check(BaseManifest base) {
        long bytes = 0;
        long live = 0;
        for (Member member : base.getBase().getMembers()) {
            bytes += member.getSegment().getData().getBytes();
            live += open(member).sizeOf(live(member)).bytes();
        }
        int segments = base.getBase().getMembers().size();
        assertThat(1 - (double) live / bytes)
                .as("dead share of base %d", base.getSeq())
                .isLessThanOrEqualTo(0.30);
        assertThat((double) segments)
                .as("segments of base %d", base.getSeq())
                .isLessThanOrEqualTo(1.5 * live / LIMITS.segmentBytes() + 32);
    }

    private void begin(GenerationWriter writer) throws IOException {
        List<Change> all = new ArrayList<>();
        for (int key = 0; key < COLD + HOT; key++) {
            all.add(put(key, 0));
        }
        List<LocalSegment> segments = cut(all);
        List<RoaringBitmap> live = segments.stream().map(LocalSegment::live).toList();
        UploadedBase base = archive.uploader(this::attempt)
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
    }

    private void commitHour(GenerationWriter writer, int hour) throws IOException {
        long first = revision + 1;
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < COLD_WRITES; i++) {
            int cold = HOT + random.nextInt(COLD);
            changes.add(state.containsKey(cold) && random.nextInt(20) == 0 ? delete(cold, hour) : put(cold, hour));
            changes.add(put(random.nextInt(HOT), hour));
        }
        List<LocalSegment> segments = cut(changes);
        CommitResult result = writer.commit(new CheckpointDraft(
                new RevisionRange(first, revision),
                millis(hour),
                millis(hour) + 1,
                "00".repeat(32),
                archive.uploader(this::attempt)
                        .upload(GENERATION, segments, List.of(segments.get(0).live())),
                List.of(),
                position(revision)));
        assertThat(result).isInstanceOf(CommitResult.Committed.class);
    }

    private Change put(int key, int hour) {
        revision++;
        byte[] value = new byte[60];
        random.nextBytes(value);
        Change change = Change.put(revision, 0, key(key), value, revision, 1, 0, millis(hour), 0);
        state.put(key, change);
        return change;
    }

    private Change delete(int key, int hour) {
        revision++;
        state.remove(key);
        return Change.delete(revision, 0, key(key), millis(hour), 0);
    }

    private List<LocalSegment> cut(List<Change> changes) throws IOException {
        try (SegmentCutter cutter = new SegmentCutter(Files.createTempDirectory(directory, "cut-"), LIMITS)) {
            changes.forEach(cutter::append);
            return cutter.finish();
        }
    }

    private BaseManifest newest() {
        return archive.catalog().newest().orElseThrow().synthetic(revision).orElseThrow();
    }

    /** What the base holds, in revision order, without the tombstones of its own revision. */
    private List<Change> read(BaseManifest base) {
        List<Change> found = new ArrayList<>();
        base.getBase().getMembers().forEach(member -> open(member).scan(live(member), found::add));
        found.removeIf(Change::isTombstone);
        return found;
    }

    private List<Change> expected() {
        return state.values().stream()
                .sorted(Comparator.comparingLong(Change::main))
                .toList();
    }

    private Segment open(Member member) {
        return Segment.open(store, archive.root(), member.getSegment());
    }

    private RoaringBitmap live(Member member) {
        return LiveSets.read(member.getLive(), member.getSegment(), store, archive.root(), "base");
    }

    private String attempt() {
        return String.format("01JDB40M8H3D0V6E1C9A%06d", ++attempts);
    }

    private static byte[] key(int key) {
        return String.format("/registry/pods/some-namespace/some-deployment-%08d", key)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static long millis(int hour) {
        return hour * 3_600_000L;
    }

    private static TopicPosition position(long offset) {
        return new TopicPosition("tidemark.revisions", "topic", 0, offset, 0);
    }
}
