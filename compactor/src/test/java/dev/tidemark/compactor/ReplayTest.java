package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same log gives the same content, whatever happens to those who fold it. */
final class ReplayTest {
    private static final CutPolicy SECOND = new CutPolicy(1_000, 2_000);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void whateverGoesWrongAtAnyCallOfTheStoreChangesNothing(FaultyStore.Fault fault) {
        try (Workbench bench = new Workbench(directory)) {
            TopicLog log = randomLog(new Random(42), 25);
            MemoryStore undisturbed = store();
            FaultyStore counter = new FaultyStore(undisturbed, fault, Long.MAX_VALUE - 9, 1);
            bench.fold(log, SECOND, counter);
            List<String> expected = Workbench.contents(undisturbed);
            assertThat(expected).hasSizeGreaterThan(5);

            for (long call = 0; call < counter.calls(); call++) {
                // Now and then for longer than a commit waits.
                long times = call % 7 == 0 ? 30 : 1;
                MemoryStore disturbed = store();
                foldThroughDeath(bench, log, new FaultyStore(disturbed, fault, call, times));
                assertThat(Workbench.contents(disturbed))
                        .as("%s at call %s, %s times", fault, call, times)
                        .isEqualTo(expected);
            }
        }
    }

    @Property(tries = 60)
    void restartsWithOtherIntervalsMakeOneUnbrokenChainOfTheWholeLog(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        TopicLog log = randomLog(random, 60);
        MemoryStore store = store();
        Path spool = Files.createTempDirectory("replay");
        try (Workbench bench = new Workbench(spool)) {
            for (int life = 0; life < 6; life++) {
                long until = (long) (random.nextDouble() * log.end());
                bench.fold(log, randomCuts(random), store, until);
            }
            bench.fold(log, randomCuts(random), store);
            assertIsPrefixOf(log, store);
        } finally {
            Spool.delete(spool);
        }
    }

    @Property(tries = 60)
    void twoWritersWithDifferentIntervalsMakeOneUnbrokenChain(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        TopicLog log = randomLog(random, 60);
        MemoryStore store = store();
        Path spool = Files.createTempDirectory("replay");
        try (Workbench bench = new Workbench(spool);
                Walker one = new Walker(bench.foundry(randomCuts(random), store), log);
                Walker two = new Walker(bench.foundry(randomCuts(random), store), log)) {
            while (one.isBehind() || two.isBehind()) {
                (random.nextBoolean() ? one : two).walk(random.nextInt(20));
            }
            assertIsPrefixOf(log, store);
        } finally {
            Spool.delete(spool);
        }
    }

    private static void foldThroughDeath(Workbench bench, TopicLog log, FaultyStore store) {
        for (int life = 0; life < 50; life++) {
            try {
                bench.fold(log, SECOND, store);
                return;
            } catch (RuntimeException | FaultyStore.DeathError e) {
                // The next life begins with the archive's head and an empty spool.
                assertThat(e instanceof FaultyStore.DeathError || e.getCause() instanceof FaultyStore.DeathError)
                        .as("died of %s", e)
                        .isTrue();
            }
        }
        throw new AssertionError("dies for ever");
    }

    private static void assertIsPrefixOf(TopicLog log, MemoryStore store) {
        List<Change> archived = new ArrayList<>();
        for (CheckpointManifest manifest : Workbench.checkpoints(store)) {
            archived.addAll(Workbench.changes(store, manifest));
        }
        assertThat(archived).isNotEmpty();
        assertThat(archived).isEqualTo(log.changes().subList(0, archived.size()));
    }

    private static CutPolicy randomCuts(Random random) {
        return new CutPolicy(200 + random.nextInt(3_000), 200 + random.nextInt(3_000));
    }

    private static TopicLog randomLog(Random random, int records) {
        TopicLog log = new TopicLog().open("GEN-A", 10, null);
        for (int i = 0; i < records; i++) {
            log.after(random.nextInt(500));
            switch (random.nextInt(8)) {
                case 0 -> log.tick();
                case 1 -> log.progress();
                case 2 -> log.aborted(random.nextInt(4));
                case 3 -> log.wide(1 + random.nextInt(30), 20);
                default -> log.batch(randomKeys(random));
            }
        }
        return log.batch("last").after(10_000).tick();
    }

    private static String[] randomKeys(Random random) {
        String[] keys = new String[1 + random.nextInt(12)];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (random.nextInt(4) == 0 ? "-" : "") + "key-" + random.nextInt(9);
        }
        return keys;
    }

    private static MemoryStore store() {
        return new MemoryStore(InstantSource.system());
    }

    /** A writer that goes some records at a time and begins again when it is told to. */
    private static final class Walker implements AutoCloseable {
        private final Foundry foundry;
        private final TopicLog log;
        private final Gauge gauge = new Gauge(0);
        private final Patience patience;
        private Fold fold;

        Walker(Foundry foundry, TopicLog log) {
            this.foundry = foundry;
            this.log = log;
            this.patience = new Patience("test", foundry.clock(), time -> {}, gauge::waiting);
            begin();
        }

        boolean isBehind() {
            return fold.position() < log.end() - 1;
        }

        void walk(int records) {
            int[] left = {records};
            boolean[] replay = {false};
            log.read(fold.position(), log.end(), record -> {
                replay[0] = fold.accept(record) == Fold.Step.REPLAY;
                return !replay[0] && --left[0] > 0;
            });
            if (replay[0]) {
                fold.close();
                begin();
            }
        }

        private void begin() {
            fold = Fold.open(0, TopicLog.CLUSTER, foundry, log, patience, gauge);
            fold.begin(log.ends());
        }

        @Override
        public void close() {
            fold.close();
        }
    }
}
