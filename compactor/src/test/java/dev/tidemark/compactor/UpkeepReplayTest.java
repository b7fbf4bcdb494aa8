package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.level.Upkeep;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.SeenLease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same checkpoints give the same levels and bases, whatever happens to those who make them. */
final class UpkeepReplayTest {
    private static final CutPolicy SECOND = new CutPolicy(1_000, 2_000);

    /** How many calls of the store go wrong, in as many runs, evenly over all. */
    private static final int CALLS = 50;

    private static final RevisionRange ALL = new RevisionRange(1, Long.MAX_VALUE);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void whateverGoesWrongAtAnyCallOfTheStoreChangesNothing(FaultyStore.Fault fault) {
        try (Workbench bench = new Workbench(directory)) {
            MemoryStore checkpoints = folded(bench, 42);
            MemoryStore undisturbed = Workbench.copyOf(checkpoints, name -> true);
            FaultyStore counter = new FaultyStore(undisturbed, fault, Long.MAX_VALUE - 9, 1);
            bench.upkeep(counter);
            List<String> expected = Workbench.mergedContents(undisturbed);
            assertThat(expected).anyMatch(line -> line.startsWith("3/0")).anyMatch(line -> line.startsWith("base 2"));

            long step = Math.max(1, counter.calls() / CALLS);
            for (long call = 0; call < counter.calls(); call += step) {
                // Now and then for longer than a commit waits.
                long times = call / step % 7 == 0 ? 30 : 1;
                MemoryStore disturbed = Workbench.copyOf(checkpoints, name -> true);
                keepUpThroughDeath(bench, new FaultyStore(disturbed, fault, call, times));
                assertThat(Workbench.mergedContents(disturbed))
                        .as("%s at call %s, %s times", fault, call, times)
                        .isEqualTo(expected);
            }
        }
    }

    @Property(tries = 10)
    void twoThatWorkAtTheSameTimeMakeOneChain(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Path spool = Files.createTempDirectory("upkeep");
        try (Workbench bench = new Workbench(spool)) {
            MemoryStore alone = folded(bench, seed);
            bench.upkeep(alone);
            MemoryStore shared = folded(bench, seed);
            Upkeep one = bench.upkeepOf(shared);
            Upkeep two = bench.upkeepOf(shared);
            one.refresh();
            two.refresh();
            boolean[] busy = {true, true};
            while (busy[0] || busy[1]) {
                int next = random.nextInt(2);
                busy[next] = (next == 0 ? one : two).next().isPresent();
            }
            assertThat(Workbench.mergedContents(shared)).isEqualTo(Workbench.mergedContents(alone));
        } finally {
            Spool.delete(spool);
        }
    }

    @Property(tries = 10)
    void workThatIsDoneBitByBitWhileTheLogGrowsIsWhatIsDoneAtOnce(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Path spool = Files.createTempDirectory("upkeep");
        try (Workbench bench = new Workbench(spool)) {
            MemoryStore atOnce = folded(bench, seed);
            bench.upkeep(atOnce);
            MemoryStore bitByBit = new MemoryStore(InstantSource.system());
            TopicLog log = Workbench.longLog(new Random(seed), bench, bitByBit);
            for (long until = 1L + random.nextInt(40); until < log.end(); until += random.nextInt(60)) {
                bench.fold(log, SECOND, bitByBit, until);
                if (!bitByBit.list(TopicLog.CLUSTER + "/g/", "", 1).isEmpty()) {
                    bench.upkeep(bitByBit);
                }
            }
            bench.fold(log, SECOND, bitByBit);
            bench.upkeep(bitByBit);
            assertThat(Workbench.mergedContents(bitByBit)).isEqualTo(Workbench.mergedContents(atOnce));
        } finally {
            Spool.delete(spool);
        }
    }

    @Test
    void leasesAreKeptAsTheyWereNamedLast() {
        try (Workbench bench = new Workbench(directory)) {
            MemoryStore store = folded(bench, 7);
            bench.upkeep(store);
            ClusterArchive archive = new ClusterArchive(store, TopicLog.CLUSTER);
            GenerationCatalog newest = Workbench.newest(store);
            for (int level = 1; level <= newest.levels(); level++) {
                List<CheckpointManifest> merged = newest.inside(level, ALL);
                assertThat(merged).as("level %d", level).isNotEmpty();
                for (CheckpointManifest one : merged) {
                    assertThat(archive.leases(one))
                            .as("level %d, checkpoint %d", level, one.getSeq())
                            .isEqualTo(named(store, one.getFirst(), one.getLast()));
                }
            }
            assertThat(newest.syntheticRows()).hasSizeGreaterThan(2);
            for (ManifestRow row : newest.syntheticRows()) {
                assertThat(archive.leases(newest.synthetic(row.getLast()).orElseThrow()))
                        .as("base %d", row.getSeq())
                        .isEqualTo(named(store, 1, row.getLast()));
            }
        }
    }

    /** The leases that the log's checkpoints of some revisions name, each with its last known TTL and who named it so. */
    private static List<SeenLease> named(MemoryStore store, long first, long last) {
        Map<Long, SeenLease> leases = new TreeMap<>();
        for (CheckpointManifest checkpoint : Workbench.checkpoints(store)) {
            if (first <= checkpoint.getFirst() && checkpoint.getLast() <= last) {
                for (Lease lease : checkpoint.getLeases()) {
                    boolean known = lease.getTtlSeconds() >= 1;
                    if (known || !leases.containsKey(lease.getId())) {
                        leases.put(
                                lease.getId(),
                                new SeenLease(lease.getId(), lease.getTtlSeconds(), checkpoint.getLast()));
                    }
                }
            }
        }
        return List.copyOf(leases.values());
    }

    private static MemoryStore folded(Workbench bench, long seed) {
        MemoryStore store = new MemoryStore(InstantSource.system());
        TopicLog log = Workbench.longLog(new Random(seed), bench, store);
        bench.fold(log, SECOND, store);
        return store;
    }

    private static void keepUpThroughDeath(Workbench bench, FaultyStore store) {
        for (int life = 0; life < 200; life++) {
            try {
                bench.upkeep(store);
                return;
            } catch (RuntimeException | FaultyStore.DeathError e) {
                // The next life begins with what is committed.
            }
        }
        throw new AssertionError("dies for ever");
    }
}
