package dev.tidemark.archive.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Writers that cut the same log at different sizes, interrupt each other between reading the head and creating the next
 * manifest, lose answers and get killed: whatever happens there is one chain, and nobody was told otherwise.
 */
class CommitRaceTest {
    private static final long END = 400;
    private static final int STEPS = 200;

    @Property(tries = 150)
    void writersWithDifferentCutsNeverMakeTwoSuccessors(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 4) int fanout) {
        Race race = new Race(new Random(seed), fanout);
        for (int step = 0; step < STEPS; step++) {
            race.step();
        }
        race.checkChain();
    }

    /** One seeded run. */
    private static final class Race {
        private final MemoryStore memory = new MemoryStore(InstantSource.system());
        private final Random random;
        private final int fanout;
        private final List<Writer> writers = new ArrayList<>();
        private final List<CheckpointManifest> promised = new ArrayList<>();

        Race(Random random, int fanout) {
            this.random = random;
            this.fanout = fanout;
            for (int n = 0; n < 3; n++) {
                writers.add(new Writer(1 + random.nextInt(12), random.nextBoolean()));
            }
        }

        void step() {
            Writer writer = writers.get(random.nextInt(writers.size()));
            Writer rival = writers.get(random.nextInt(writers.size()));
            if (rival != writer && random.nextInt(3) == 0) {
                writer.store.beforeNextCreate(rival::commit);
            }
            switch (random.nextInt(6)) {
                case 0 -> writer.store.loseNextAnswers(1);
                case 1 -> writer.store.failNext(1 + random.nextInt(2));
                case 2 -> writer.restart();
                default -> {}
            }
            writer.commit();
            writer.store.heal();
        }

        void checkChain() {
            ClusterArchive archive = new ClusterArchive(memory, Examples.CLUSTER, Examples.noPatience());
            GenerationCatalog catalog = archive.catalog().newest().orElseThrow();
            List<CheckpointManifest> chain = catalog.checkpoints(new RevisionRange(1, END + 100));
            assertThat(chain).hasSize(memory.list("prod/m/", "", 10_000).size());
            long next = Examples.BASE + 1;
            for (CheckpointManifest manifest : chain) {
                assertThat(manifest.getFirst()).isEqualTo(next);
                next = manifest.getLast() + 1;
            }
            assertThat(chain).containsAll(promised);
        }

        /** One process after another, all with the same cut. */
        private final class Writer {
            private final FaultyStore store = new FaultyStore(memory);
            private final ClusterArchive archive = new ClusterArchive(store, Examples.CLUSTER, Examples.noPatience());
            private final int cut;
            private final boolean compares;
            private GenerationWriter writer;

            Writer(int cut, boolean compares) {
                this.cut = cut;
                this.compares = compares;
                restart();
            }

            void restart() {
                try {
                    writer = archive.openGeneration(Examples.generation(fanout));
                } catch (StoreUnavailableException e) {
                    // Starts at its next turn.
                }
            }

            void commit() {
                long first = writer.nextRevision();
                if (first > END) {
                    return;
                }
                ContentDigests digests =
                        compares ? (last, next) -> Optional.of(Examples.digest(first, last)) : ContentDigests.NONE;
                try {
                    take(writer.commit(Examples.draft(first, first + cut - 1), digests));
                } catch (StoreUnavailableException e) {
                    // Not settled: tried again at its next turn, from the same head.
                }
            }

            private void take(CommitResult result) {
                if (result instanceof CommitResult.Fenced) {
                    assertThat(compares)
                            .as("fenced though the content is equal")
                            .isFalse();
                    store.heal();
                    restart();
                } else {
                    promised.add(result.manifest());
                }
            }
        }
    }
}
