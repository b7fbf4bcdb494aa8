package dev.tidemark.restorer.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.restorer.Replay;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.TestFiles;
import dev.tidemark.restorer.plan.BaseUse;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.BaseManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The law of levels and synthetic bases: whatever is written, cut, merged, written anew and made a base of, every revision
 * since the first base comes back as a plain replay has it.
 */
class LevelsLawTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000));

    /** What happens next. */
    private enum Kind {
        PUT,
        DELETE,
        CUT,
        MERGE,
        SNAPSHOT
    }

    /**
     * One step.
     *
     * @param key what is put or deleted; of other kinds nothing
     */
    private record Step(Kind kind, int key) {}

    private Path directory;

    @BeforeProperty
    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("levels-law");
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
        Arbitrary<Step> work = Arbitraries.of(Kind.CUT, Kind.CUT, Kind.CUT, Kind.MERGE, Kind.SNAPSHOT)
                .map(kind -> new Step(kind, 0));
        return Arbitraries.oneOf(write, write, work).list().ofMinSize(1).ofMaxSize(120);
    }

    @Property(tries = 40)
    void everyRevisionSinceTheFirstBaseStaysRestorable(@ForAll("steps") List<Step> steps) {
        try (Log log = new Log()) {
            steps.forEach(log::take);
            log.cut();
            log.archive.upkeep();
            log.check();
        }
    }

    /** Put in one segment, deleted in the next, and a base that drops the second one as all dead. */
    @Test
    void aKeyThatWasDeletedInASegmentThatABaseDroppedStaysDead() {
        try (Log log = new Log()) {
            log.put(1)
                    .put(2)
                    .cut()
                    .delete(1)
                    .put(2)
                    .cut()
                    .put(3)
                    .put(2)
                    .cut()
                    .put(2)
                    .cut();
            log.put(3)
                    .put(2)
                    .cut()
                    .put(3)
                    .put(3)
                    .cut()
                    .put(4)
                    .cut()
                    .put(5)
                    .cut()
                    .put(4)
                    .cut();
            log.archive.upkeep();
            BaseManifest base = log.newestBase();
            assertThat(base.getBase().getRevision()).isGreaterThan(5);
            assertThat(base.getSynthesis()).isNotNull();
            log.check();
        }
    }

    @Test
    void aPlanTakesTheNewestBaseAndTheLargestCheckpointsAfterIt() {
        try (Log log = new Log()) {
            for (int i = 0; i < 95; i++) {
                log.put(i % 7);
                if (i % 2 == 1) {
                    log.cut();
                }
            }
            log.cut();
            log.archive.upkeep();
            List<RestorePlan> plans = IntStream.rangeClosed(60, 96)
                    .mapToObj(revision -> new Restorer(log.sources()).plan(Target.revision(revision)))
                    .toList();
            assertThat(plans)
                    .allMatch(plan -> plan.base().manifest().getSynthesis() != null)
                    .allMatch(plan -> plan.base().point() == BaseUse.Point.SNAPSHOT)
                    .allMatch(plan -> plan.checkpoints().size() <= 4)
                    .anyMatch(plan -> plan.checkpoints().stream().anyMatch(piece -> piece.getLevel() == 1));
        }
    }

    /** The log, its archive, and what it means, worked out by a map. */
    private final class Log implements AutoCloseable {
        private final MemoryStore store = new MemoryStore(Clock.systemUTC());
        private final SampleArchive archive = new SampleArchive(store, directory, SampleArchive.SMALL);
        private final List<Change> changes = new ArrayList<>();
        private final TreeMap<Integer, long[]> alive = new TreeMap<>();
        private long written = 1;
        private long archived = 1;

        Log() {
            archive.open(0, 1, null).base(List.of(), 1, 1, List.of());
        }

        void take(Step step) {
            switch (step.kind) {
                case PUT -> put(step.key);
                case DELETE -> delete(step.key);
                case CUT -> cut();
                case MERGE -> archive.upkeep();
                case SNAPSHOT -> snapshot();
            }
        }

        Log put(int key) {
            written++;
            long[] state = alive.computeIfAbsent(key, unborn -> new long[] {written, 0});
            state[1]++;
            byte[] value = ("value " + written).getBytes(StandardCharsets.UTF_8);
            long at = SampleLog.capturedAt(written);
            changes.add(Change.put(written, 0, SampleLog.key(key), value, state[0], state[1], 0, at, at - 400));
            return this;
        }

        /** Of a key that does not live there is nothing to delete, so the revision is a put of another. */
        Log delete(int key) {
            if (alive.remove(key) == null) {
                return put(key);
            }
            written++;
            long at = SampleLog.capturedAt(written);
            changes.add(Change.delete(written, 0, SampleLog.key(key), at, at - 400));
            return this;
        }

        Log cut() {
            if (written > archived) {
                archive.checkpoint(changes, written, List.of());
                archived = written;
            }
            return this;
        }

        void snapshot() {
            if (archived > 1) {
                archive.base(changes, Math.max(1, archived - 3), archived, List.of());
            }
        }

        Sources sources() {
            return archive.sources(NOW);
        }

        BaseManifest newestBase() {
            return new Restorer(sources()).plan(Target.latest()).base().manifest();
        }

        void check() {
            try (Past past = Past.open(sources())) {
                for (long revision = 1; revision <= archived; revision++) {
                    RestorePlan plan = past.plan(Target.revision(revision));
                    List<String> found = new ArrayList<>();
                    past.state(plan).run((change, liveness) -> found.add(Replay.words(change)));
                    assertThat(found).as("at revision %d by %s", revision, plan).isEqualTo(expected(revision));
                }
            }
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
