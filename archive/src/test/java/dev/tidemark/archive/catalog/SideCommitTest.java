package dev.tidemark.archive.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.topic.TopicEvent.SideReady;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SideCommitTest {
    private final MemoryStore memory = new MemoryStore(InstantSource.system());
    private final FaultyStore store = new FaultyStore(memory);
    private final ClusterArchive archive = new ClusterArchive(store, Examples.CLUSTER, Examples.noPatience());
    private final ClusterArchive other = new ClusterArchive(memory, Examples.CLUSTER, Examples.noPatience());
    private final GenerationWriter writer = archive.openGeneration(Examples.generation(Examples.FANOUT));

    @Test
    void aSideStateKeepsItsPlaceHoweverOftenItIsCommitted() {
        SideReady first = Examples.side(archive, 110, 2, "alice");
        SideReady second = Examples.side(archive, 120, 3, "bob");

        SideManifest placed = writer.commitSide(first);
        writer.commitSide(second);
        SideManifest again = writer.commitSide(first);

        assertThat(again).isEqualTo(placed);
        assertThat(writer.commitSide(second).getSeq()).isEqualTo(1);
        assertThat(manifests()).isEqualTo(2);
        assertThat(placed.getSide().getObject())
                .isEqualTo(new ObjectRef(first.object(), first.bytes(), first.sha256()));
    }

    @Test
    void severalOfOneRevisionAreAllKept() {
        List<SideReady> all = new ArrayList<>();
        for (int auth = 1; auth <= 4; auth++) {
            all.add(Examples.side(archive, 110, auth, "user"));
        }
        all.forEach(writer::commitSide);
        all.forEach(writer::commitSide);

        assertThat(manifests()).isEqualTo(4);
        assertThat(authAt(110)).contains(4L);
    }

    @Test
    void theNewestUpToARevisionIsFound() {
        assertThat(authAt(1_000)).isEmpty();
        for (long revision = 110; revision <= 150; revision += 10) {
            writer.commitSide(Examples.side(archive, revision, revision / 10, "user"));
        }
        assertThat(authAt(109)).isEmpty();
        assertThat(authAt(110)).contains(11L);
        assertThat(authAt(129)).contains(12L);
        assertThat(authAt(Long.MAX_VALUE)).contains(15L);
    }

    @Test
    void oneThatIsOlderThanTheNewestGetsNoPlace() {
        writer.commitSide(Examples.side(archive, 120, 3, "bob"));

        SideManifest standing = writer.commitSide(Examples.side(archive, 110, 2, "alice"));

        assertThat(standing.getSide().getRevision()).isEqualTo(120);
        assertThat(manifests()).isEqualTo(1);
    }

    @Test
    void oneThatTwoWritersCommitGetsOnePlace() {
        SideReady side = Examples.side(archive, 110, 2, "alice");
        store.beforeNextCreate(() -> other.resumeNewest().orElseThrow().commitSide(side));

        assertThat(writer.commitSide(side).getSeq()).isZero();
        assertThat(manifests()).isEqualTo(1);
    }

    @Test
    void whenAnotherTakesThePlaceTheNextOneIsTaken() {
        SideReady first = Examples.side(archive, 110, 2, "alice");
        SideReady second = Examples.side(archive, 120, 3, "bob");
        store.beforeNextCreate(() -> other.resumeNewest().orElseThrow().commitSide(first));

        SideManifest placed = writer.commitSide(second);

        assertThat(placed.getSeq()).isEqualTo(1);
        assertThat(placed.getRecent()).extracting(row -> row.getRevision()).containsExactly(110L);
    }

    @Test
    void anObjectThatIsNotWhatTheTopicSaysIsRefusedByName() {
        SideReady side = Examples.side(archive, 110, 2, "alice");

        refused(with(side, side.object(), side.bytes(), "00".repeat(32)), "SHA-256");
        refused(with(side, side.object(), side.bytes() + 1, side.sha256()), "bytes");
        SideReady missing = with(side, side.object() + "x", side.bytes(), side.sha256());
        assertThatThrownBy(() -> writer.commitSide(missing)).isInstanceOf(MissingObjectException.class);
        assertThat(manifests()).isZero();
    }

    @Test
    void anObjectThatCannotBeReadIsRefusedByName() {
        byte[] bytes = "not a container of Avro".getBytes(StandardCharsets.US_ASCII);
        String name = "d/" + Examples.GENERATION + "/01JDB700000000000000000000/side.avro";
        memory.put(archive.root() + name, bytes);

        refused(
                new SideReady(Examples.GENERATION, 110, 2, 1, name, bytes.length, Hashes.hex(bytes)),
                "cannot be decoded");
    }

    @Test
    void oneOfAnotherGenerationIsRefusedByName() {
        SideReady foreign = Examples.side(archive, Examples.NEXT_GENERATION, 110, 2, "alice");
        refused(foreign, "generation " + Examples.NEXT_GENERATION);
        refused(
                new SideReady(Examples.GENERATION, 110, 2, 1, foreign.object(), foreign.bytes(), foreign.sha256()),
                "generation");
    }

    @Test
    void openingTheCatalogCostsNothingMoreAndFindingOneOfThousandsAFewReads() {
        int all = 2 * SideChain.ROWS + 100;
        SideReady one = Examples.side(archive, 101, 0, "user");
        for (int n = 0; n < all; n++) {
            writer.commitSide(new SideReady(
                    one.generation(), 101 + n, n, Examples.time(n), one.object(), one.bytes(), one.sha256()));
        }
        store.takeRequests();
        GenerationCatalog catalog = archive.catalog().newest().orElseThrow();
        assertThat(store.takeRequests()).isLessThanOrEqualTo(6);

        assertThat(catalog.side(Long.MAX_VALUE).orElseThrow().getRecent()).hasSize(SideChain.ROWS);
        assertThat(store.takeRequests()).isEqualTo(2);
        for (int n = 0; n < all; n += 97) {
            assertThat(catalog.side(101 + n).orElseThrow().getSide().getAuthRevision())
                    .isEqualTo(n);
            assertThat(store.takeRequests()).isLessThanOrEqualTo(5);
        }
    }

    private void refused(SideReady side, String why) {
        assertThatThrownBy(() -> writer.commitSide(side))
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                        .isEqualTo(archive.root() + side.object()))
                .hasMessageContaining(why);
    }

    private static SideReady with(SideReady side, String object, long bytes, String sha256) {
        return new SideReady(
                side.generation(), side.revision(), side.authRevision(), side.takenAtMillis(), object, bytes, sha256);
    }

    private Optional<Long> authAt(long revision) {
        return archive.catalog().newest().orElseThrow().side(revision).map(manifest -> manifest.getSide()
                .getAuthRevision());
    }

    private int manifests() {
        return memory.list("prod/" + ArchiveLayout.sideManifests(Examples.GENERATION), "", 100)
                .size();
    }
}
