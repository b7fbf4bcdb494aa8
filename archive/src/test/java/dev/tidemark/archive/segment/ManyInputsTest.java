package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/** Merges of more inputs than are open at once give the same in two passes, and leave nothing on the disk. */
class ManyInputsTest {
    private static final SegmentLimits THREE_RECORDS = new SegmentLimits(200, 1 << 20, 3, 2);

    @TempDir
    private Path scratch;

    private final List<Change> log = Logs.random(new Random(71), 1100, 60);

    @Test
    void survivorsOfManySegmentsAreTheSameInTwoPasses() throws IOException {
        List<LocalSegment> segments = Logs.write(THREE_RECORDS, log);
        assertThat(segments).hasSizeGreaterThan(2 * Survivors.MOST_INPUTS);
        List<Survivors.Input> inputs = segments.stream()
                .map(segment -> Survivors.Input.raw(Segment.open(segment)))
                .toList();
        for (long target : List.of(1_101L, 900L, 300L, 2L)) {
            for (Tombstones rule : Tombstones.values()) {
                List<RoaringBitmap> atOnce = Survivors.at(target, rule, inputs);
                List<String> told = new ArrayList<>();
                List<RoaringBitmap> inPasses = Survivors.at(
                        target,
                        rule,
                        inputs,
                        scratch,
                        (key, length, main, sub, dead) -> told.add(main + "/" + sub + dead));
                assertThat(inPasses).isEqualTo(atOnce);
                assertThat(told)
                        .containsExactlyInAnyOrderElementsOf(Logs.replay(log, target, rule).stream()
                                .map(c -> c.main() + "/" + c.sub() + c.isTombstone())
                                .toList());
            }
        }
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).isEmpty();
        }
        Logs.delete(segments);
    }

    @Test
    void aRunOverManySegmentsIsTheSameInTwoPasses() {
        List<LocalSegment> segments = Logs.write(THREE_RECORDS, log);
        int[] open = new int[1];
        List<VersionMerge.Source> sources = segments.stream()
                .map(Segment::open)
                .map(segment -> (VersionMerge.Source) ahead -> {
                    open[0]++;
                    return segment.index(ahead);
                })
                .toList();
        KeyRun run = KeyRun.open(VersionMerge.merge(scratch, sources, 2, SegmentLimits.DEFAULT));
        assertThat(open[0]).as("each is opened once").isEqualTo(segments.size());
        VersionCursor cursor = run.entries();
        int count = 0;
        while (cursor.next()) {
            count++;
        }
        assertThat(count).isEqualTo(log.size());
        for (Change change : log) {
            Change last = log.stream()
                    .filter(c -> java.util.Arrays.equals(c.key(), change.key()) && c.main() <= change.main())
                    .reduce((one, other) -> other)
                    .orElseThrow();
            assertThat(run.find(change.key(), change.main()))
                    .contains(new Version(last.main(), last.sub(), last.isTombstone()));
        }
        Logs.delete(segments);
    }
}
