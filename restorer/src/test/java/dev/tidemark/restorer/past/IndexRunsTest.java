package dev.tidemark.restorer.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.LevelWriter;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.RunFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a lookup costs where a base has many segments, and that it does without index runs which are lost. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IndexRunsTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(100_000));
    private static final int KEYS = 1_500;
    private static final long LAST = 2_895;
    private static final long MILLIS = Duration.ofDays(9).toMillis();
    private static final SegmentLimits LIMITS = new SegmentLimits(400, 4_000, 16, 8);
    private static final String PREFIX = "/registry/configmaps/ns-07/";

    private Path directory;

    private final MemoryStore store = new MemoryStore(Clock.systemUTC());
    private final List<Change> log = new ArrayList<>();
    private final TreeMap<Integer, long[]> alive = new TreeMap<>();
    private SampleArchive archive;

    private static byte[] key(int id) {
        return String.format("/registry/configmaps/ns-%02d/name-%04d", id % 20, id)
                .getBytes(StandardCharsets.US_ASCII);
    }

    @BeforeAll
    void build(@TempDir Path shared) {
        directory = shared;
        archive = new SampleArchive(store, directory, LIMITS);
        archive.levels(List.of(new LevelPolicy(3, MILLIS), new LevelPolicy(2, MILLIS), new LevelPolicy(3, MILLIS)));
        archive.claim().open(0, 1, null).base(List.of(), 1, 1, List.of());
        Random random = new Random(7);
        for (long main = 2; main <= LAST; main++) {
            write(main, main <= KEYS ? (int) main : random.nextInt(KEYS), random.nextInt(9) == 0);
            if (main % 7 == 0 || main == LAST) {
                archive.checkpoint(log, main, List.of());
                archive.upkeep();
            }
        }
    }

    private void write(long main, int id, boolean delete) {
        long at = SampleLog.capturedAt(main);
        if (delete && alive.remove(id) != null) {
            log.add(Change.delete(main, 0, key(id), at, at - 400));
            return;
        }
        long[] state = alive.computeIfAbsent(id, unborn -> new long[] {main, 0});
        state[1]++;
        byte[] value = ("value " + main + " ").repeat(9).getBytes(StandardCharsets.US_ASCII);
        log.add(Change.put(main, 0, key(id), value, state[0], state[1], 0, at, at - 400));
    }

    @AfterAll
    void close() {
        store.close();
    }

    private RestorePlan plan(long revision) {
        return new Restorer(archive.sources(NOW)).plan(Target.revision(revision));
    }

    /** The revision shortly before the end of whose plan the most manifests stand, with the base that has the most runs. */
    private long worst() {
        long worst = LAST;
        int most = 0;
        for (long revision = LAST - 150; revision <= LAST; revision++) {
            RestorePlan plan = plan(revision);
            int pieces = plan.checkpoints().size()
                    + (plan.segment().isPresent() ? 1 : 0)
                    + plan.base().manifest().getSynthesis().getRuns().size();
            if (pieces > most) {
                most = pieces;
                worst = revision;
            }
        }
        return worst;
    }

    private static List<IndexRun> runs(RestorePlan plan) {
        Stream<IndexRun> levels = plan.checkpoints().stream()
                .map(CheckpointManifest::getMerge)
                .filter(merge -> merge != null)
                .map(merge -> merge.getRun());
        return Stream.concat(plan.base().manifest().getSynthesis().getRuns().stream(), levels)
                .toList();
    }

    @Test
    void aKeyCostsFourRoundsAndFewSmallReadsHoweverManySegmentsThereAre() {
        long revision = worst();
        RestorePlan plan = plan(revision);
        assertThat(plan.base().manifest().getBase().getMembers()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(plan.base().manifest().getSynthesis().getRuns()).hasSizeGreaterThan(1);
        assertThat(plan.checkpoints()).extracting(CheckpointManifest::getLevel).contains(0, 1);
        int manifests = runs(plan).size()
                + (int) plan.checkpoints().stream()
                        .filter(c -> c.getLevel() == 0)
                        .count()
                + (plan.segment().isPresent() ? 1 : 0);
        for (int id = 3; id < 8; id++) {
            RoundsStore counting = new RoundsStore(store);
            Sources sources = new SampleArchive(counting, directory, LIMITS).sources(NOW);
            // what the moment's times cost is the plan's, of whatever verb
            new Restorer(sources).plan(Target.revision(revision));
            int planned = counting.reads().size();
            new PastReader(sources).get(key(id), Target.revision(revision));
            List<RoundsStore.Read> reads =
                    counting.reads().subList(2 * planned, counting.reads().size());
            assertThat(reads).hasSizeLessThanOrEqualTo(2 * manifests + 2);
            assertThat(planned + reads.size()).isLessThanOrEqualTo(100);
            assertThat(reads).allMatch(read -> read.bytes() <= 64 << 10);
            Map<String, Long> indexes = reads.stream()
                    .filter(read -> !read.name().endsWith(".avro"))
                    .collect(Collectors.groupingBy(RoundsStore.Read::name, Collectors.counting()));
            List<RoundsStore.Read> data =
                    reads.stream().filter(read -> read.name().endsWith(".avro")).toList();
            // the block table of the segment that has the key is read behind them, looked up there or not
            long holder = data.stream()
                    .map(read -> indexes.remove(read.name().replace(".avro", ".idx")))
                    .mapToLong(count -> count == null ? 0 : count > 1 ? count - 2 : count)
                    .sum();
            long rounds = Math.max(2, Collections.max(indexes.values())) + holder + data.size();
            assertThat(rounds).isLessThanOrEqualTo(4);
            RoundsStore together = new RoundsStore(store);
            together.answerTogether(planned, indexes.keySet());
            List<PastRecord> found = new PastReader(new SampleArchive(together, directory, LIMITS).sources(NOW))
                    .get(key(id), Target.revision(revision))
                    .records();
            assertThat(together.reads()).hasSize(planned + reads.size());
            assertThat(found).hasSameSizeAs(data.isEmpty() ? List.of() : List.of(1));
        }
    }

    @Test
    void aPrefixCostsOneReadAKeyAndFewMore() {
        long revision = worst();
        RoundsStore counting = new RoundsStore(store);
        PastReader reader = new PastReader(new SampleArchive(counting, directory, LIMITS).sources(NOW));
        List<PastRecord> found = reader.getPrefix(PREFIX.getBytes(StandardCharsets.US_ASCII), Target.revision(revision))
                .records();
        List<Change> expected = SampleLog.liveAt(log, revision).stream()
                .filter(change -> new String(change.key(), StandardCharsets.US_ASCII).startsWith(PREFIX))
                .toList();
        assertThat(found).hasSameSizeAs(expected);
        assertThat(found.size()).isGreaterThan(20);
        assertThat(counting.reads()).hasSizeLessThanOrEqualTo(found.size() + 90);
    }

    /** Live keys are written anew a few files at a time; the hours that the oldest are behind are named with them. */
    @Test
    void aBaseNamesLiveKeysOfDifferentAgesAndTheRunsOfTheHoursSince() {
        for (long revision = LAST - 900; revision <= LAST; revision += 42) {
            List<IndexRun> runs =
                    plan(revision).base().manifest().getSynthesis().getRuns();
            assertThat(runs).hasSizeBetween(6, 7);
            long oldest = runs.get(0).getFiles().stream()
                    .mapToLong(RunFile::getAsOf)
                    .min()
                    .orElseThrow();
            assertThat(runs.get(1).getLast()).isGreaterThan(oldest);
            assertThat(runs.get(0).getFiles().stream().map(RunFile::getAsOf).distinct())
                    .hasSizeBetween(6, 7);
        }
    }

    @Test
    void aLookupDoesWithoutARunThatIsDamagedOrGoneAndSaysSo() {
        long revision = worst();
        List<String> files = runs(plan(revision)).stream()
                .flatMap(run -> run.getFiles().stream())
                .map(file -> SampleArchive.CLUSTER + "/" + file.getFile().getName())
                .toList();
        assertThat(files).hasSizeGreaterThan(3);
        byte[] prefix = PREFIX.getBytes(StandardCharsets.US_ASCII);
        PastReader reader = new PastReader(archive.sources(NOW));
        List<PastRecord> whole =
                reader.getPrefix(prefix, Target.revision(revision)).records();
        int noted = 0;
        for (String name : files) {
            byte[] good = store.get(name);
            for (int damage = 0; damage < 3; damage++) {
                store.delete(name);
                if (damage < 2) {
                    byte[] bad = good.clone();
                    bad[damage == 0 ? good.length - 50 : good.length / 3] ^= 4;
                    store.put(name, bad);
                }
                PastReader.Answer answer = reader.getPrefix(prefix, Target.revision(revision));
                assertThat(answer.records()).isEqualTo(whole);
                PastRecord one = whole.get(0);
                assertThat(reader.get(one.key(), Target.revision(revision)).records())
                        .containsExactly(one);
                noted += answer.plan().note().contains(name) ? 1 : 0;
                store.delete(name);
                store.put(name, good);
            }
        }
        assertThat(noted).isGreaterThanOrEqualTo(3);
        assertThat(reader.getPrefix(prefix, Target.revision(revision)).plan().note())
                .doesNotContain("damaged");
    }

    @Test
    void runsAreSmallBesideTheDataThatTheyIndex() {
        long runs = bytes(".run");
        long indexes = bytes(".idx");
        assertThat(runs).isLessThan(indexes);
    }

    /** A writer that leaves out a version: found by the records that were merged, or by those that survive. */
    @Test
    void aRunThatSaysOtherwiseThanItsRecordsIsNamedByVerify() {
        for (int wrong = 0; wrong < 3; wrong++) {
            try (MemoryStore other = new MemoryStore(Clock.systemUTC())) {
                SampleArchive small = new SampleArchive(other, directory, LIMITS);
                small.levels(List.of(new LevelPolicy(2, MILLIS)));
                small.claim().open(0, 2, null).base(log, 1, 2, List.of());
                List<Change> twice = new ArrayList<>(log.subList(0, 1));
                for (long main = 3; main <= 12; main++) {
                    long at = SampleLog.capturedAt(main);
                    twice.add(Change.put(main, 0, key((int) main % 3), new byte[1], 3 + main % 3, 1, 0, at, at));
                }
                small.checkpoint(twice, 7, List.of()).checkpoint(twice, 12, List.of());
                Set<Long> without = wrong == 0 ? Set.of() : wrong == 1 ? Set.of(4L) : Set.of(12L);
                CheckpointManifest merged = Merges.withoutVersions(small.archive(), directory, twice, without);
                assertThat(new Verifier(small.sources(NOW))
                                .verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE)
                                .findings())
                        .extracting(Finding::problem)
                        .isEqualTo(
                                switch (wrong) {
                                    case 0 -> List.of();
                                    case 1 ->
                                        List.of("its index run has 9 versions, but what was merged has 10 or others");
                                    default ->
                                        List.of("its index run says that 3 records are their key's state, but its"
                                                + " segments hold 3 or others");
                                });
                assertThat(merged.getLevel()).isEqualTo(1);
            }
        }
    }

    @Test
    void aMergeDoesWithoutARunWhoseSumsAreSoundAndWhoseKeysAreNot() {
        try (MemoryStore other = new MemoryStore(Clock.systemUTC())) {
            SampleArchive small = new SampleArchive(other, directory, LIMITS);
            small.levels(List.of(new LevelPolicy(2, MILLIS), new LevelPolicy(2, MILLIS)));
            small.claim().open(0, 1, null).base(List.of(), 1, 1, List.of());
            small.checkpoint(log, 40, List.of()).checkpoint(log, 90, List.of());
            CheckpointManifest wrong = Merges.outOfOrder(small.archive(), directory, log.subList(0, 89));
            small.checkpoint(log, 100, List.of())
                    .checkpoint(log, 120, List.of())
                    .upkeep();
            LevelWriter levels =
                    small.archive().levels(SampleArchive.generation(0)).orElseThrow();
            assertThat(levels.head(1).orElseThrow().getMerge().getRun()).isNotNull();
            CheckpointManifest merged = levels.head(2).orElseThrow();
            assertThat(merged.getFirst()).isEqualTo(wrong.getFirst());
            assertThat(merged.getMerge().getRun()).isNull();
            assertThat(new Verifier(small.sources(NOW))
                            .verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE)
                            .findings())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.problem()).contains("index run is not in order"));
        }
    }

    private long bytes(String end) {
        return store.list(SampleArchive.CLUSTER + "/d/", "", 1_000_000).stream()
                .filter(info -> info.name().endsWith(end))
                .mapToLong(ObjectInfo::bytes)
                .sum();
    }
}
