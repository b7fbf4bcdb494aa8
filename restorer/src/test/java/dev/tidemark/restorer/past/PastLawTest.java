package dev.tidemark.restorer.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.TestFiles;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/**
 * The law of lookups: whatever was merged, written anew, made a base of and expired, a key or prefix reads at any moment
 * that is kept as a plain map has it.
 */
class PastLawTest {
    private static final int REVISIONS = 130;
    private static final int KEYS = 14;
    private static final Duration GRACE = Duration.ofSeconds(3);

    private Path directory;

    @BeforeProperty
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("past-law");
    }

    @AfterProperty
    void dropDirectory() {
        TestFiles.delete(directory);
    }

    @Property(tries = 40)
    void keysReadAsTheyStoodByIndexRuns(@ForAll long seed) {
        Random random = new Random(seed);
        List<Change> log = SampleLog.random(random, REVISIONS, KEYS);
        Instant[] storeTime = {Instant.EPOCH};
        try (MemoryStore store = new MemoryStore(() -> storeTime[0])) {
            SegmentLimits limits = random.nextBoolean() ? SampleArchive.SMALL : new SegmentLimits(100, 700, 9, 1);
            SampleArchive archive = new SampleArchive(store, directory, limits)
                    .claim()
                    .open(0, 2, null)
                    .base(log, 1, 2, List.of());
            long last = 2;
            while (last < REVISIONS) {
                long before = last;
                last = Math.min(REVISIONS, last + 1 + random.nextInt(6));
                archive.checkpoint(log, last, List.of());
                if (random.nextInt(4) == 0) {
                    archive.upkeep();
                }
                if (random.nextInt(12) == 0) {
                    archive.base(log, Math.max(1, before - 2), before + 1, List.of());
                }
            }
            archive.upkeep();
            check(archive.sources(now(last)), log, random, last);
            expire(archive, last, "01JDB50M8H3D0V6E1C9A000001");
            storeTime[0] = storeTime[0].plus(GRACE).plusMillis(1);
            expire(archive, last, "01JDB50M8H3D0V6E1C9A000002");
            check(archive.sources(now(last)), log, random, last);
            assertThat(new Verifier(archive.sources(now(last)))
                            .verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE)
                            .findings())
                    .isEmpty();
        }
    }

    private static Instant now(long last) {
        return Instant.ofEpochMilli(SampleLog.capturedAt(last + 1));
    }

    private static void expire(SampleArchive archive, long last, String attempt) {
        RetentionPolicy policy = new RetentionPolicy(
                Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ZERO, Duration.ZERO, GRACE);
        Expiry.prepare(archive.archive(), policy, Expiry.Promise.KEPT, () -> attempt, () -> now(last))
                .run();
    }

    private static void check(Sources sources, List<Change> log, Random random, long last) {
        PastReader reader = new PastReader(sources);
        int reached = 0;
        for (int i = 0; i < 25; i++) {
            long revision = i == 0 ? last : 2 + random.nextInt((int) last - 1);
            List<Change> live = SampleLog.liveAt(log, revision);
            byte[] key = SampleLog.key(random.nextInt(KEYS));
            byte[] prefix = i % 5 == 0 ? new byte[0] : Arrays.copyOf(key, 1 + random.nextInt(key.length));
            try {
                assertThat(words(reader.get(key, Target.revision(revision))))
                        .as("key %s at %d", new String(key, StandardCharsets.ISO_8859_1), revision)
                        .isEqualTo(oracle(live, key, key.length));
                assertThat(words(reader.getPrefix(prefix, Target.revision(revision))))
                        .as("prefix %s at %d", new String(prefix, StandardCharsets.ISO_8859_1), revision)
                        .isEqualTo(oracle(live, prefix, Integer.MAX_VALUE));
                reached++;
            } catch (UnreachableTargetException e) {
                assertThat(revision).isLessThan(last);
            }
        }
        assertThat(reached).isPositive();
    }

    private static List<String> oracle(List<Change> live, byte[] prefix, int longest) {
        return live.stream()
                .filter(change -> change.key().length <= longest)
                .filter(change -> change.key().length >= prefix.length
                        && Arrays.equals(Arrays.copyOf(change.key(), prefix.length), prefix))
                .sorted((one, other) -> Arrays.compareUnsigned(one.key(), other.key()))
                .map(change -> words(PastRecord.of(change)))
                .toList();
    }

    private static List<String> words(PastReader.Answer answer) {
        assertThat(answer.plan().note()).doesNotContain("damaged");
        return answer.records().stream().map(PastLawTest::words).toList();
    }

    private static String words(PastRecord found) {
        return new String(found.key(), StandardCharsets.ISO_8859_1) + "=" + Arrays.toString(found.value()) + " "
                + found.createRevision() + " " + found.modRevision() + " " + found.version() + " " + found.lease();
    }
}
