package dev.tidemark.archive.catalog;

import static dev.tidemark.archive.catalog.Examples.BASE;
import static dev.tidemark.archive.catalog.Examples.CLUSTER;
import static dev.tidemark.archive.catalog.Examples.GENERATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private final MemoryStore memory = new MemoryStore(InstantSource.system());
    private final FaultyStore store = new FaultyStore(memory);
    private final ClusterArchive archive = new ClusterArchive(store, CLUSTER, Examples.noPatience());

    private List<CheckpointManifest> fill(int manifests, int fanout) {
        GenerationWriter writer = archive.openGeneration(Examples.generation(fanout));
        List<CheckpointManifest> all = new ArrayList<>();
        for (int n = 0; n < manifests; n++) {
            long first = writer.nextRevision();
            all.add(writer.commit(Examples.draft(first, first + n % 3)).manifest());
        }
        store.takeRequests();
        return all;
    }

    private GenerationCatalog newest() {
        return archive.catalog().newest().orElseThrow();
    }

    @Test
    void anEmptyArchiveHasNothing() {
        assertThat(archive.catalog().newest()).isEmpty();
        assertThat(archive.catalog().generations()).isEmpty();
        assertThat(archive.resumeNewest()).isEmpty();
    }

    @Test
    void aGenerationWithoutManifestsHasNothing() {
        fill(0, 64);

        assertThat(newest().hasBase()).isFalse();
        assertThat(newest().head(0)).isEmpty();
        assertThat(newest().bases()).isEmpty();
        assertThat(newest().checkpoints(new RevisionRange(1, 1000))).isEmpty();
        assertThat(newest().checkpointAt(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void theCatalogOfAnyNumberOfManifestsEqualsTheirPlainList() {
        for (int fanout : new int[] {2, 3, 5}) {
            MemoryStore objects = new MemoryStore(InstantSource.system());
            ClusterArchive each = new ClusterArchive(objects, CLUSTER, Examples.noPatience());
            GenerationWriter writer = each.openGeneration(Examples.generation(fanout));
            List<CheckpointManifest> all = new ArrayList<>();
            for (int n = 0; n < 160; n++) {
                long first = writer.nextRevision();
                all.add(writer.commit(Examples.draft(first, first + n % 3)).manifest());
                assertThat(each.catalog().newest().orElseThrow().checkpoints(new RevisionRange(1, first + 10)))
                        .as("fanout %d, %d manifests", fanout, n + 1)
                        .isEqualTo(all);
                assertThat(all.get(n).getRecent().size()).isLessThanOrEqualTo(fanout);
                assertThat(all.get(n).getPages().size()).isLessThanOrEqualTo(fanout * 8);
            }
        }
    }

    @Test
    void fiveThousandManifestsOpenInSevenRequestsAndOneIsFoundInAFewMore() {
        List<CheckpointManifest> all = fill(5000, 64);
        UploadedBase base = Examples.uploaded(archive, Examples.base(BASE, 90));
        archive.resumeNewest().orElseThrow().commitBase(base.descriptor(), base.sha256());
        store.takeRequests();
        GenerationCatalog catalog = newest();
        assertThat(store.takeRequests()).isEqualTo(7);

        Random random = new Random(42);
        for (int n = 0; n < 200; n++) {
            CheckpointManifest wanted = all.get(random.nextInt(all.size()));
            assertThat(catalog.checkpoints(new RevisionRange(wanted.getLast(), wanted.getLast())))
                    .containsExactly(wanted);
            assertThat(store.takeRequests()).isLessThanOrEqualTo(4);
            assertThat(catalog.checkpointAt(wanted.getFirstCapturedAtMillis() + 1))
                    .contains(wanted);
            assertThat(store.takeRequests()).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void rangesAndTimesInFourThousandManifestsEqualThePlainSearch() {
        List<CheckpointManifest> all = fill(4200, 16);
        GenerationCatalog catalog = newest();
        long end = all.get(all.size() - 1).getLast();
        Random random = new Random(43);
        for (int n = 0; n < 60; n++) {
            long first = BASE + 1 + random.nextLong(end - BASE);
            RevisionRange range = new RevisionRange(first, first + random.nextLong(300));
            assertThat(catalog.checkpoints(range))
                    .isEqualTo(all.stream()
                            .filter(m -> m.getFirst() <= range.last() && range.first() <= m.getLast())
                            .toList());
            long time = Examples.time(BASE) + random.nextLong(Examples.time(end + 5) - Examples.time(BASE));
            assertThat(catalog.checkpointAt(time))
                    .isEqualTo(all.stream()
                            .filter(m -> m.getFirstCapturedAtMillis() <= time)
                            .reduce((before, last) -> last));
        }
        assertThat(catalog.checkpointAt(Examples.time(BASE))).isEmpty();
    }

    @Test
    void aManifestThatIsNotTheOneThatItsSuccessorsNameIsRefusedByName() {
        fill(10, 4);
        String name = "prod/" + ArchiveLayout.checkpoint(GENERATION, 0, 6);
        byte[] swapped = memory.get("prod/" + ArchiveLayout.checkpoint(GENERATION, 0, 5));
        store.corrupt(name, bytes -> swapped);
        GenerationCatalog catalog = newest();

        assertThatThrownBy(() -> catalog.checkpoints(new RevisionRange(1, 1000)))
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> {
                    assertThat(e.object()).isEqualTo(name);
                    assertThat(e.failure()).isEqualTo(Failure.VERIFICATION);
                });
    }

    @Test
    void anyFlippedBitInTheHeadIsRefusedByName() {
        fill(3, 4);
        String name = "prod/" + ArchiveLayout.checkpoint(GENERATION, 0, 2);
        int bits = memory.get(name).length * 8;
        for (int bit = 0; bit < bits; bit += 7) {
            int flipped = bit;
            store.corrupt(name, bytes -> {
                bytes[flipped / 8] ^= (byte) (1 << (flipped % 8));
                return bytes;
            });
            assertThatThrownBy(archive::catalog)
                    .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                            .isEqualTo(name));
        }
    }

    @Test
    void aWholeManifestUnderAnotherNameIsRefused() {
        fill(3, 4);
        String name = "prod/" + ArchiveLayout.checkpoint(GENERATION, 0, 2);
        byte[] older = memory.get("prod/" + ArchiveLayout.checkpoint(GENERATION, 0, 1));
        store.corrupt(name, bytes -> older);

        assertThatThrownBy(archive::catalog)
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("swapped");
    }

    @Test
    void aManifestThatIsGoneIsLookedForOnceMoreAndThenNamed() {
        fill(10, 4);
        GenerationCatalog catalog = newest();
        String name = "prod/" + ArchiveLayout.checkpoint(GENERATION, 0, 3);
        memory.delete(name);
        store.takeRequests();

        assertThatThrownBy(() -> catalog.checkpoints(new RevisionRange(1, 1000)))
                .isInstanceOfSatisfying(ArchiveException.class, e -> {
                    assertThat(e.failure()).isEqualTo(Failure.VERIFICATION);
                    assertThat(e).hasMessageContaining(name).hasMessageContaining("expired while reading");
                });
        assertThat(catalog.head(0)).isPresent();
    }
}
