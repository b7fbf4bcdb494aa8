package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.segment.Survivors.Input;
import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/** The law: base + checkpoints + a raw segment, merged up to r, are exactly what replaying the log up to r gives. */
class SurvivorsLawTest {
    private static final SegmentLimits SMALL = new SegmentLimits(300, 64L << 20, 23, 4);

    /** An interval as a manifest would name it: segments, live sets, its last revision. */
    private record Checkpoint(List<LocalSegment> segments, List<RoaringBitmap> live, long last) {}

    @Property(tries = 60)
    void survivorsAreWhatReplayGivesAtEveryRevision(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 90) int revisions) {
        Random random = new Random(seed);
        List<Change> log = Logs.random(random, revisions, 1 + random.nextInt(25));
        long last = log.get(log.size() - 1).main();
        long base = 2L + random.nextInt(revisions);
        List<LocalSegment> baseSegments = Logs.write(SMALL, between(log, 0, base));
        List<RoaringBitmap> baseLive = Survivors.at(
                base,
                Tombstones.OF_TARGET,
                baseSegments.stream().map(s -> Input.raw(Segment.open(s))).toList());
        assertThat(baseLive).isEqualTo(naiveLive(log, base, baseSegments));
        List<Checkpoint> checkpoints = cut(random, log, base, last);
        for (long r = base; r <= last; r++) {
            List<LocalSegment> segments = new ArrayList<>(baseSegments);
            List<Input> inputs = new ArrayList<>();
            for (int i = 0; i < baseSegments.size(); i++) {
                inputs.add(Input.ofBase(Segment.open(baseSegments.get(i)), baseLive.get(i), base));
            }
            for (Checkpoint checkpoint : checkpoints) {
                addInputs(random, checkpoint, segments, inputs);
            }
            for (Tombstones rule : Tombstones.values()) {
                List<RoaringBitmap> survivors = Survivors.at(r, rule, inputs);
                List<Change> expected = rule == Tombstones.ALL
                        ? withoutForgotten(Logs.replay(log, r, rule), base)
                        : Logs.replay(log, r, rule);
                assertThat(read(segments, survivors))
                        .as("at %d, base %d, %s, seed %d", r, base, rule, seed)
                        .isEqualTo(expected);
            }
        }
        Logs.delete(baseSegments);
        checkpoints.forEach(c -> Logs.delete(c.segments));
    }

    @Property(tries = 40)
    void whereTheLogIsCutChangesNothing(@ForAll long seed, @ForAll @IntRange(min = 2, max = 90) int revisions) {
        Random random = new Random(seed);
        List<Change> log = Logs.random(random, revisions, 1 + random.nextInt(25));
        long target = 2L + random.nextInt(revisions);
        List<Change> expected = Logs.replay(log, target, Tombstones.NONE);
        for (int cut = 0; cut < 4; cut++) {
            SegmentLimits limits = new SegmentLimits(
                    1 + random.nextInt(500), 64L << 20, 1 + random.nextInt(log.size()), 1 + random.nextInt(20));
            List<LocalSegment> segments = Logs.write(limits, log);
            List<RoaringBitmap> survivors = Survivors.at(
                    target,
                    Tombstones.NONE,
                    segments.stream().map(s -> Input.raw(Segment.open(s))).toList());
            assertThat(read(segments, survivors)).isEqualTo(expected);
            Logs.delete(segments);
        }
    }

    @Test
    void aKeyDeletedInASegmentThatTheBaseDroppedStaysDead() {
        byte[] key = "k".getBytes(StandardCharsets.US_ASCII);
        byte[] other = "other".getBytes(StandardCharsets.US_ASCII);
        List<LocalSegment> first = Logs.write(
                SMALL, List.of(Change.put(5, 0, key, key, 5, 1, 0, 0, 0), Change.put(6, 0, other, key, 6, 1, 0, 0, 0)));
        List<LocalSegment> second = Logs.write(SMALL, List.of(Change.delete(9, 0, key, 0, 0)));
        List<LocalSegment> third = Logs.write(SMALL, List.of(Change.put(12, 0, other, other, 6, 2, 0, 0, 0)));
        Segment s1 = Segment.open(first.get(0));
        Segment s2 = Segment.open(second.get(0));
        Segment s3 = Segment.open(third.get(0));
        List<RoaringBitmap> base = Survivors.at(10, Tombstones.OF_TARGET, List.of(Input.raw(s1), Input.raw(s2)));
        assertThat(base).containsExactly(RoaringBitmap.bitmapOf(1), new RoaringBitmap());
        for (Tombstones rule : Tombstones.values()) {
            assertThat(Survivors.at(12, rule, List.of(Input.ofBase(s1, base.get(0), 10), Input.raw(s3))))
                    .containsExactly(new RoaringBitmap(), RoaringBitmap.bitmapOf(0));
            assertThat(Survivors.at(11, rule, List.of(Input.ofBase(s1, base.get(0), 10), Input.raw(s3))))
                    .containsExactly(RoaringBitmap.bitmapOf(1), new RoaringBitmap());
        }
    }

    @Test
    void inputsOutOfOrderAndBasesFromTheFutureAreRefused() {
        Segment early = Segment.open(Logs.write(SMALL, List.of(Change.delete(2, 0, new byte[] {1}, 0, 0)))
                .get(0));
        Segment late = Segment.open(Logs.write(SMALL, List.of(Change.delete(3, 0, new byte[] {1}, 0, 0)))
                .get(0));
        assertThatThrownBy(() -> Survivors.at(9, Tombstones.ALL, List.of(Input.raw(late), Input.raw(early))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2/0");
        assertThatThrownBy(() -> Survivors.at(2, Tombstones.ALL, List.of(Input.ofBase(early, new RoaringBitmap(), 3))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Survivors.at(9, Tombstones.ALL, List.of())).isEmpty();
    }

    private static List<Checkpoint> cut(Random random, List<Change> log, long base, long last) {
        List<Checkpoint> checkpoints = new ArrayList<>();
        for (long from = base; from < last; ) {
            long to = Math.min(last, from + 1 + random.nextInt(25));
            List<LocalSegment> segments = Logs.write(SMALL, between(log, from, to));
            List<Input> raw =
                    segments.stream().map(s -> Input.raw(Segment.open(s))).toList();
            checkpoints.add(new Checkpoint(segments, Survivors.at(to, Tombstones.ALL, raw), to));
            from = to;
        }
        return checkpoints;
    }

    private static void addInputs(
            Random random, Checkpoint checkpoint, List<LocalSegment> segments, List<Input> inputs) {
        boolean raw = random.nextInt(4) == 0;
        for (int i = 0; i < checkpoint.segments.size(); i++) {
            Segment segment = Segment.open(checkpoint.segments.get(i));
            segments.add(checkpoint.segments.get(i));
            inputs.add(raw ? Input.raw(segment) : Input.ofCheckpoint(segment, checkpoint.live.get(i), checkpoint.last));
        }
    }

    /** A base forgot the tombstones before its own revision; nothing after it may depend on them. */
    private static List<Change> withoutForgotten(List<Change> states, long base) {
        return states.stream().filter(c -> !c.isTombstone() || c.main() >= base).toList();
    }

    private static List<RoaringBitmap> naiveLive(List<Change> log, long revision, List<LocalSegment> segments) {
        List<Change> live = Logs.replay(log, revision, Tombstones.OF_TARGET);
        List<RoaringBitmap> bitmaps = new ArrayList<>();
        int done = 0;
        for (LocalSegment segment : segments) {
            RoaringBitmap bitmap = new RoaringBitmap();
            for (int i = 0; i < segment.records(); i++) {
                if (live.contains(log.get(done + i))) {
                    bitmap.add(i);
                }
            }
            bitmaps.add(bitmap);
            done += segment.records();
        }
        return bitmaps;
    }

    private static List<Change> between(List<Change> log, long after, long upTo) {
        return log.stream().filter(c -> c.main() > after && c.main() <= upTo).toList();
    }

    private static List<Change> read(List<LocalSegment> segments, List<RoaringBitmap> ordinals) {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            Segment.open(segments.get(i)).scan(ordinals.get(i), changes::add);
        }
        return changes;
    }
}
