package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/** The digest tells content from content, and nothing else. */
class ContentDigestTest {
    @Property(tries = 25)
    void bordersOfBlocksAndSegmentsDontCount(@ForAll long seed) {
        Random random = new Random(seed);
        List<Change> log = Logs.random(random, 1 + random.nextInt(100), 20);
        Set<String> digests = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            List<LocalSegment> segments = Logs.write(
                    new SegmentLimits(1 + random.nextInt(600), 64L << 20, 1 + random.nextInt(log.size()), 7), log);
            digests.add(digest(segments, log));
            Logs.delete(segments);
        }
        assertThat(digests).hasSize(1);
    }

    @Test
    void everyDifferenceCounts() {
        byte[] a = {1, 2};
        byte[] b = {1};
        Change base = Change.put(5, 1, a, b, 3, 2, 7, 100, 90);
        List<Change> variants = List.of(
                base,
                Change.put(6, 1, a, b, 3, 2, 7, 100, 90),
                Change.put(5, 2, a, b, 3, 2, 7, 100, 90),
                Change.put(5, 1, b, b, 3, 2, 7, 100, 90),
                Change.put(5, 1, b, a, 3, 2, 7, 100, 90),
                Change.put(5, 1, a, a, 3, 2, 7, 100, 90),
                Change.put(5, 1, a, b, 4, 2, 7, 100, 90),
                Change.put(5, 1, a, b, 3, 3, 7, 100, 90),
                Change.put(5, 1, a, b, 3, 2, 8, 100, 90),
                Change.put(5, 1, a, b, 3, 2, 7, 101, 90),
                Change.put(5, 1, a, b, 3, 2, 7, 100, 91),
                Change.put(5, 1, a, new byte[0], 0, 0, 0, 100, 90),
                Change.delete(5, 1, a, 100, 90));
        Set<String> digests = new HashSet<>();
        for (Change variant : variants) {
            digests.add(digestOf(List.of(variant), List.of(), List.of(), 5, 5, 1));
        }
        digests.add(digestOf(List.of(base), List.of(), List.of(), 4, 5, 1));
        digests.add(digestOf(List.of(base), List.of(), List.of(), 5, 6, 1));
        digests.add(digestOf(List.of(base), List.of(), List.of(), 5, 5, 2));
        digests.add(digestOf(List.of(), List.of(), List.of(), 5, 5, 1));
        List<LocalSegment> segments = Logs.write(SegmentLimits.DEFAULT, List.of(base));
        List<SegmentRef> refs = List.of(segments.get(0).summary());
        digests.add(digestOf(List.of(base), refs, List.of(RoaringBitmap.bitmapOf(0)), 5, 5, 1));
        assertThat(digests).hasSize(variants.size() + 5);
        Logs.delete(segments);
    }

    private static String digest(List<LocalSegment> segments, List<Change> log) {
        long last = log.get(log.size() - 1).main();
        List<RoaringBitmap> live = Survivors.at(
                last,
                Tombstones.ALL,
                segments.stream().map(s -> Survivors.Input.raw(Segment.open(s))).toList());
        List<Change> read = new ArrayList<>();
        segments.forEach(s -> Segment.open(s).scan(read::add));
        return digestOf(read, segments.stream().map(LocalSegment::summary).toList(), live, 2, last, 77);
    }

    private static String digestOf(
            List<Change> log, List<SegmentRef> segments, List<RoaringBitmap> live, long first, long last, long next) {
        ContentDigest digest = new ContentDigest();
        log.forEach(digest::record);
        digest.live(segments, live);
        return digest.finish(first, last, next);
    }
}
