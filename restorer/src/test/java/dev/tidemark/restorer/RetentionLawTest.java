package dev.tidemark.restorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.restorer.past.Past;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.ManifestRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The law of retention: whatever is written, cut, merged, paused and expired, in any order and with deaths anywhere, every
 * revision that is promised comes back as a plain replay has it, and any other is refused.
 */
class RetentionLawTest {
    /** The last level gathers more than one that waits for it, so that some wait behind its newest. */
    private static final List<LevelPolicy> LEVELS = List.of(
            new LevelPolicy(1, Duration.ofDays(9).toMillis()),
            new LevelPolicy(2, Duration.ofDays(9).toMillis()),
            new LevelPolicy(4, Duration.ofDays(9).toMillis()));

    /** What happens next. */
    private enum Kind {
        PUT,
        DELETE,
        CUT,
        MERGE,
        SNAPSHOT,
        /** Merges until a manifest is about to be created; that waits until {@link #RESUME}. */
        PAUSED_MERGE,
        RESUME,
        EXPIRE,
        /** A run of expire that dies after so many requests as the key says, times five. */
        KILLED_EXPIRE
    }

    /**
     * One step.
     *
     * @param key what is put or deleted; of others a number to be used as they like
     */
    private record Step(Kind kind, int key) {}

    /**
     * What is kept, and how fast time goes.
     *
     * @param step from one revision to the next
     */
    private record World(Duration step, Duration pitr, Duration hourly, Duration daily) {}

    private Path directory;

    @BeforeProperty
    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("retention-law");
    }

    @AfterProperty
    @AfterEach
    void dropDirectory() {
        TestFiles.delete(directory);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> write = Arbitraries.integers()
                .between(0, 6)
                .flatMap(key -> Arbitraries.of(Kind.PUT, Kind.PUT, Kind.DELETE).map(kind -> new Step(kind, key)));
        Arbitrary<Step> work = Combinators.combine(
                        Arbitraries.of(
                                Kind.CUT,
                                Kind.CUT,
                                Kind.CUT,
                                Kind.MERGE,
                                Kind.MERGE,
                                Kind.SNAPSHOT,
                                Kind.PAUSED_MERGE,
                                Kind.RESUME,
                                Kind.EXPIRE,
                                Kind.EXPIRE,
                                Kind.KILLED_EXPIRE),
                        Arbitraries.integers().between(0, 60))
                .as(Step::new);
        return Arbitraries.oneOf(write, work).list().ofMinSize(20).ofMaxSize(160);
    }

    @Provide
    Arbitrary<World> worlds() {
        return Arbitraries.of(
                new World(Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ZERO, Duration.ZERO),
                new World(Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, Duration.ZERO),
                new World(Duration.ofMinutes(20), Duration.ofHours(2), Duration.ofHours(8), Duration.ZERO),
                new World(Duration.ofMinutes(40), Duration.ofHours(3), Duration.ofHours(9), Duration.ofDays(2)));
    }

    @Property(tries = 150)
    void whatIsPromisedStaysRestorableAndNothingElseIsGiven(
            @ForAll("worlds") World world, @ForAll("steps") List<Step> steps) {
        try (Log log = new Log(world)) {
            steps.forEach(log::take);
            log.cut();
            log.slow.resume();
            log.archive.upkeep();
            log.expire();
            log.expire();
            log.check();
            log.verify();
        }
    }

    /** What lies before the time in which every revision is kept goes, to the last byte; what is named stays. */
    @Test
    void whatNothingNamesIsDeletedAfterItsTimeAndNotBefore() {
        World world = new World(Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ZERO, Duration.ZERO);
        try (Log log = new Log(world)) {
            for (int i = 0; i < 120; i++) {
                log.put(i % 7);
                if (i % 2 == 1) {
                    log.cut();
                    log.archive.upkeep();
                }
            }
            long before = log.bytes("sample/d/");
            log.expire();
            assertThat(log.bytes("sample/d/")).as("listed, not deleted").isEqualTo(before);
            assertThatThrownBy(() -> new Restorer(log.sources()).plan(Target.revision(30)))
                    .isInstanceOf(UnreachableTargetException.class)
                    .hasMessageContaining("earliest that is kept");
            log.expire();
            assertThat(log.bytes("sample/d/")).isLessThan(before / 3);
            log.check();
            log.verify();
        }
    }

    /** The log, its archive, and what it means, worked out by a map. */
    private final class Log implements AutoCloseable {
        private final World world;
        private Instant storeTime = Instant.EPOCH;
        private final MemoryStore store = new MemoryStore(() -> storeTime);
        private final SlowStore slow = new SlowStore(store);
        private final SampleArchive archive = new SampleArchive(slow, directory, SampleArchive.SMALL);
        private final List<Change> changes = new ArrayList<>();
        private final TreeMap<Integer, long[]> alive = new TreeMap<>();
        /** When each base that ever stood there was captured, by its revision. */
        private final TreeMap<Long, Long> bases = new TreeMap<>();

        private long written = 1;
        private long archived = 1;
        private long attempts;

        Log(World world) {
            this.world = world;
            this.storeTime = Instant.ofEpochMilli(at(1));
            archive.capturedAt(this::at);
            archive.levels(LEVELS);
            archive.open(0, 1, null).claim().base(List.of(), 1, 1, List.of());
        }

        private long at(long revision) {
            return SampleLog.START_MILLIS + revision * world.step.toMillis();
        }

        void take(Step step) {
            switch (step.kind) {
                case PUT -> put(step.key);
                case DELETE -> delete(step.key);
                case CUT -> cut();
                case MERGE -> archive.upkeep();
                case SNAPSHOT -> snapshot();
                case PAUSED_MERGE -> pausedMerge(step.key);
                case RESUME -> slow.resume();
                case EXPIRE -> expire();
                case KILLED_EXPIRE -> killedExpire(5 * step.key);
            }
        }

        Log put(int key) {
            written++;
            long[] state = alive.computeIfAbsent(key, unborn -> new long[] {written, 0});
            state[1]++;
            byte[] value = ("value " + written).getBytes(StandardCharsets.UTF_8);
            changes.add(Change.put(
                    written, 0, SampleLog.key(key), value, state[0], state[1], 0, at(written), at(written) - 400));
            storeTime = Instant.ofEpochMilli(at(written));
            return this;
        }

        /** Of a key that does not live there is nothing to delete, so the revision is a put of another. */
        void delete(int key) {
            if (alive.remove(key) == null) {
                put(key);
                return;
            }
            written++;
            changes.add(Change.delete(written, 0, SampleLog.key(key), at(written), at(written) - 400));
            storeTime = Instant.ofEpochMilli(at(written));
        }

        void cut() {
            if (written > archived) {
                archive.checkpoint(changes, written, List.of());
                archived = written;
            }
        }

        private void snapshot() {
            if (archived > 1) {
                archive.base(changes, Math.max(1, archived - 3), archived, List.of());
            }
        }

        private void pausedMerge(int nth) {
            int[] left = {nth % 4};
            slow.pauseAt(name -> !name.contains("/0/") && name.contains("/m/") && left[0]-- == 0);
            try {
                archive.upkeep();
            } catch (SlowStore.Gone paused) {
                // It goes on when it is resumed.
            }
            slow.heal();
        }

        private void killedExpire(int requests) {
            noteBases();
            slow.dieAfter(requests);
            try {
                prepare().run();
            } catch (SlowStore.Gone killed) {
                // The next run goes on.
            }
            slow.heal();
            checkPromise();
        }

        /** After it, all that it listed may be deleted by the next one. */
        void expire() {
            noteBases();
            prepare().run();
            storeTime = storeTime.plus(grace()).plusMillis(1);
            checkPromise();
        }

        private Expiry prepare() {
            RetentionPolicy policy = new RetentionPolicy(world.pitr, world.hourly, world.daily, Duration.ZERO, grace());
            return Expiry.prepare(
                    archive.archive(),
                    policy,
                    Expiry.Promise.KEPT,
                    () -> String.format("01JDB50M8H3D0V6E1C9A%06d", ++attempts),
                    () -> Instant.ofEpochMilli(at(written)));
        }

        private Duration grace() {
            return world.step.multipliedBy(2);
        }

        private void noteBases() {
            GenerationCatalog catalog = archive.archive().catalog().newest().orElseThrow();
            Stream.concat(catalog.baseRows().stream(), catalog.syntheticRows().stream())
                    .forEach(row -> bases.put(row.getLast(), captured(row)));
        }

        private static long captured(ManifestRow row) {
            return row.getLastCapturedAtMillis();
        }

        /** What the policy says, by the plain log. */
        private void checkPromise() {
            long asOf = at(archived);
            try (Past past = Past.open(sources())) {
                for (long revision = 1; revision <= archived; revision++) {
                    boolean inWindow = at(revision + 1) > asOf - world.pitr.toMillis();
                    if (inWindow) {
                        assertThat(restorable(past, revision))
                                .as("revision %d of %d, all since %s before its end", revision, archived, world.pitr)
                                .isTrue();
                    }
                }
                fullTimes(Duration.ofHours(1), world.hourly).forEach(base -> assertKept(past, base));
                fullTimes(Duration.ofDays(1), world.daily).forEach(base -> assertKept(past, base));
            }
        }

        /** The newest base before each full time that is kept. */
        private Stream<Map.Entry<Long, Long>> fullTimes(Duration step, Duration keptFor) {
            List<Map.Entry<Long, Long>> wanted = new ArrayList<>();
            for (long full = at(archived) / step.toMillis() * step.toMillis();
                    full >= at(archived) - keptFor.toMillis();
                    full -= step.toMillis()) {
                long until = full;
                bases.entrySet().stream()
                        .filter(base -> base.getValue() <= until)
                        .max(Comparator.comparing(Map.Entry::getKey))
                        .ifPresent(wanted::add);
            }
            return wanted.stream();
        }

        private void assertKept(Past past, Map.Entry<Long, Long> base) {
            assertThat(restorable(past, base.getKey()))
                    .as("base %d of %s, of %d", base.getKey(), bases.keySet(), archived)
                    .isTrue();
        }

        private boolean restorable(Past past, long revision) {
            try {
                return past.plan(Target.revision(revision)).revision() == revision;
            } catch (UnreachableTargetException e) {
                return false;
            }
        }

        Sources sources() {
            return archive.sources(Instant.ofEpochMilli(at(10_000)));
        }

        /** Everything that says it can be restored can. */
        void check() {
            int restored = 0;
            try (Past past = Past.open(sources())) {
                for (long revision = 1; revision <= archived; revision++) {
                    if (restorable(past, revision)) {
                        RestorePlan plan = past.plan(Target.revision(revision));
                        List<String> found = new ArrayList<>();
                        past.state(plan).run((change, liveness) -> found.add(Replay.words(change)));
                        assertThat(found)
                                .as("at revision %d by %s", revision, plan)
                                .isEqualTo(expected(revision));
                        restored++;
                    }
                }
            }
            assertThat(restored).isPositive();
        }

        void verify() {
            VerifyReport report =
                    new Verifier(sources()).verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE);
            assertThat(report.findings()).isEmpty();
            assertThat(report.ok()).isTrue();
        }

        long bytes(String prefix) {
            return store.list(prefix, "", 100_000).stream()
                    .mapToLong(ObjectInfo::bytes)
                    .sum();
        }

        private List<String> expected(long revision) {
            return Replay.at(changes, revision).stream().map(Replay::words).toList();
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
