package dev.tidemark.restorer.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.restorer.NaiveHashKv;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.TestFiles;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.past.PastReader;
import dev.tidemark.restorer.past.PastRecord;
import dev.tidemark.restorer.past.SourceHash;
import dev.tidemark.restorer.plan.Doubt;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

class RestoreLawTest {
    private static final int REVISIONS = 60;
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000));

    private Path directory;

    @BeforeProperty
    void makeDirectory() throws Exception {
        directory = Files.createTempDirectory("restore-law");
    }

    @AfterProperty
    void dropDirectory() {
        TestFiles.delete(directory);
    }

    /** A random log in a randomly cut archive. */
    private final class Example implements AutoCloseable {
        private final Random random;
        private final List<Change> log;
        private final long compacted;
        private final long last;
        private final MemoryStore store = new MemoryStore(Clock.systemUTC());
        private final Sources sources;

        Example(long seed) {
            random = new Random(seed);
            log = SampleLog.random(random, REVISIONS, 12);
            last = SampleLog.last(log);
            compacted = 1L + random.nextInt(REVISIONS / 3);
            long base = compacted + random.nextInt(REVISIONS / 3);
            SampleArchive archive = new SampleArchive(store, directory, SampleArchive.SMALL)
                    .open(0, base, null)
                    .base(log, compacted, base, List.of());
            boolean merged = random.nextInt(4) > 0;
            int widest = 1 + random.nextInt(12);
            for (long at = base; at < last; ) {
                at = Math.min(last, at + 1 + random.nextInt(widest));
                archive.checkpoint(log, at, List.of());
                if (merged && random.nextInt(3) == 0) {
                    archive.upkeep();
                }
            }
            if (random.nextBoolean()) {
                // Another base, later and wherever it falls: within a checkpoint, as a rule.
                long later = base + 1 + random.nextInt((int) (last - base));
                archive.base(log, compacted + random.nextInt((int) (later - compacted) + 1), later, List.of());
            }
            if (merged) {
                archive.upkeep();
            }
            sources = archive.sources(NOW);
        }

        private Path file() {
            return directory.resolve("restored.db");
        }

        private RestoreResult restore(RestoreRequest request) {
            return new Restorer(sources).restore(request, RestoreProgress.NONE);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    @Property(tries = 15)
    void everyRevisionComesBackExactly(@ForAll long seed) {
        try (Example example = new Example(seed)) {
            for (long r = example.compacted; r <= example.last; r++) {
                List<Change> expected = SampleLog.compactedAt(example.log, r);
                List<Change> live = SampleLog.liveAt(example.log, r);
                RestoreResult result =
                        example.restore(RestoreRequest.database(Target.revision(r), Output.replacing(example.file()))
                                .withoutBump());
                assertSame(expected, read(example.file(), r));
                assertThat(result.revision()).isEqualTo(r);
                assertThat(result.keys()).isEqualTo(live.size());
                assertThat(result.hash())
                        .isEqualTo(
                                live.isEmpty()
                                        ? OptionalLong.empty()
                                        : OptionalLong.of(NaiveHashKv.of(expected, live, r, r)));
            }
        }
    }

    @Property(tries = 15)
    void aHistoryHoldsEveryRecordSinceItsStart(@ForAll long seed) {
        try (Example example = new Example(seed)) {
            for (int i = 0; i < 10; i++) {
                long from = example.compacted + example.random.nextInt((int) (example.last - example.compacted) + 1);
                long r = from + example.random.nextInt((int) (example.last - from) + 1);
                List<Change> expected = new ArrayList<>(SampleLog.compactedAt(example.log, from));
                example.log.stream()
                        .filter(change -> from < change.main() && change.main() <= r)
                        .forEach(expected::add);
                RestoreResult result =
                        example.restore(RestoreRequest.database(Target.revision(r), Output.replacing(example.file()))
                                .withHistoryFrom(from));
                assertSame(expected, read(example.file(), r));
                List<Change> live = SampleLog.liveAt(example.log, r);
                if (!live.isEmpty()) {
                    long hash = NaiveHashKv.of(expected, live, r, from);
                    assertThat(result.hash()).hasValue(hash);
                    assertThat(new SourceHash(example.sources).at(Target.revision(r), from))
                            .isInstanceOfSatisfying(
                                    SourceHash.Answer.Computed.class,
                                    computed -> assertThat(computed.hash()).isEqualTo(hash));
                }
            }
        }
    }

    @Property(tries = 15)
    void aKeyReadsAsItStood(@ForAll long seed) {
        try (Example example = new Example(seed)) {
            PastReader reader = new PastReader(example.sources);
            for (long r = example.compacted; r <= example.last; r += 3) {
                List<Change> live = SampleLog.liveAt(example.log, r);
                for (int id = 0; id < 12; id++) {
                    byte[] key = SampleLog.key(id);
                    Optional<Change> expected = live.stream()
                            .filter(change -> Arrays.equals(change.key(), key))
                            .findFirst();
                    List<PastRecord> found = reader.get(key, Target.revision(r)).records();
                    assertThat(found.stream().map(RestoreLawTest::words).toList())
                            .isEqualTo(
                                    expected.stream().map(RestoreLawTest::words).toList());
                }
                List<String> prefixed =
                        reader.getPrefix("/a/".getBytes(StandardCharsets.UTF_8), Target.revision(r)).records().stream()
                                .map(RestoreLawTest::words)
                                .toList();
                List<String> oracle = live.stream()
                        .filter(change -> new String(change.key(), StandardCharsets.ISO_8859_1).startsWith("/a/"))
                        .sorted((one, other) -> Arrays.compareUnsigned(one.key(), other.key()))
                        .map(RestoreLawTest::words)
                        .toList();
                assertThat(prefixed).isEqualTo(oracle);
            }
        }
    }

    @Property(tries = 15)
    void theMomentBeforeTheLastDeletionIsFound(@ForAll long seed) {
        try (Example example = new Example(seed)) {
            Restorer restorer = new Restorer(example.sources);
            for (int id = 0; id < 12; id++) {
                byte[] key = SampleLog.key(id);
                TreeSet<Long> deaths = new TreeSet<>();
                for (long r = example.compacted + 1; r <= example.last; r++) {
                    if (lives(example.log, key, r - 1) && !lives(example.log, key, r)) {
                        deaths.add(r);
                    }
                }
                // A key deleted and put again by one revision never was absent, so it did not die at any revision.
                if (!deaths.isEmpty()) {
                    assertThat(restorer.plan(Target.beforeDelete(key)).revision())
                            .isEqualTo(deaths.last() - 1);
                }
            }
        }
    }

    @Property(tries = 15)
    void aTimeMeansTheLastRevisionCommittedByThen(@ForAll long seed) {
        try (Example example = new Example(seed)) {
            Restorer restorer = new Restorer(example.sources);
            long base =
                    restorer.plan(Target.latest()).base().manifest().getBase().getRevision();
            for (long r = base; r < example.last; r++) {
                Instant sure = Instant.ofEpochMilli(SampleLog.capturedAt(r) + 10);
                RestorePlan plan = restorer.plan(Target.time(sure));
                assertThat(plan.revision()).isEqualTo(r);
                assertThat(plan.doubt()).isEmpty();
                Instant unsure = Instant.ofEpochMilli(SampleLog.capturedAt(r + 1) - 10);
                RestorePlan doubtful = restorer.plan(Target.time(unsure));
                assertThat(doubtful.revision()).isEqualTo(r);
                assertThat(doubtful.doubt())
                        .hasValue(new Doubt(
                                r + 1,
                                r + 1,
                                SampleLog.capturedAt(r + 1) - SampleLog.PROOF_MILLIS,
                                SampleLog.capturedAt(r + 1)));
            }
        }
    }

    private static boolean lives(List<Change> log, byte[] key, long revision) {
        return SampleLog.liveAt(log, revision).stream().anyMatch(change -> Arrays.equals(change.key(), key));
    }

    private static List<Change> read(Path file, long revision) {
        try (EtcdDatabase database = EtcdDatabase.open(file)) {
            assertThat(database.revision()).isEqualTo(revision);
            assertThat(database.verifySha256()).isNotEmpty();
            List<Change> changes = new ArrayList<>();
            database.forEachChange(0, 0, changes::add);
            return changes;
        }
    }

    private static void assertSame(List<Change> expected, List<Change> found) {
        assertThat(found.stream().map(RestoreLawTest::whole).toList())
                .isEqualTo(expected.stream().map(RestoreLawTest::whole).toList());
    }

    private static String whole(Change change) {
        return change + " " + Arrays.toString(change.key()) + Arrays.toString(change.value()) + change.createRevision()
                + " " + change.version() + " " + change.lease();
    }

    private static String words(Change change) {
        return words(new PastRecord(
                change.key(),
                change.value(),
                change.createRevision(),
                change.main(),
                change.version(),
                change.lease(),
                change.capturedAtMillis()));
    }

    private static String words(PastRecord past) {
        return Arrays.toString(past.key()) + Arrays.toString(past.value()) + past.createRevision() + " "
                + past.modRevision() + " " + past.version() + " " + past.lease();
    }
}
