package dev.tidemark.archive.catalog;

import static dev.tidemark.archive.catalog.Examples.BASE;
import static dev.tidemark.archive.catalog.Examples.CLUSTER;
import static dev.tidemark.archive.catalog.Examples.GENERATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SideState;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

class LevelCatalogTest {
    private static final int[] CHILDREN = {10, 12, 24};

    private final MemoryStore memory = new MemoryStore(InstantSource.system());
    private final FaultyStore store = new FaultyStore(memory);
    private final ClusterArchive archive = new ClusterArchive(store, CLUSTER, Examples.noPatience());

    /** Checkpoints of one revision each, and all levels above them that are full. */
    private LevelWriter fill(int checkpoints) {
        GenerationWriter writer = archive.openGeneration(Examples.generation(Examples.FANOUT));
        for (int n = 0; n < checkpoints; n++) {
            writer.commit(Examples.draft(BASE + 1 + n, BASE + 1 + n));
        }
        LevelWriter levels = archive.levels(GENERATION).orElseThrow();
        for (int level = 1; level <= CHILDREN.length; level++) {
            int children = CHILDREN[level - 1];
            for (List<ManifestRow> waiting = levels.waiting(level);
                    waiting.size() >= children;
                    waiting = levels.waiting(level)) {
                levels.commit(draft(level, List.copyOf(waiting.subList(0, children))));
            }
        }
        return levels;
    }

    private static LevelDraft draft(int level, List<ManifestRow> rows) {
        long first = rows.get(0).getFirst();
        long last = rows.get(rows.size() - 1).getLast();
        return new LevelDraft(
                level,
                rows,
                Examples.digest(first, last),
                new MergedData(List.of(Examples.member(first, last)), List.of(), Optional.empty(), List.of()),
                Examples.position(last));
    }

    @Test
    void threeDaysOfCheckpointsLevelsAndBasesOpenInAFewRequestsAndSoDoesWhatAPlanAsksFor() {
        LevelWriter levels = fill(8_640);
        UploadedBase base = Examples.uploaded(archive, Examples.base(BASE, 90));
        BaseManifest snapshot = archive.resumeNewest().orElseThrow().commitBase(base.descriptor(), base.sha256());
        SyntheticWriter bases = archive.syntheticBases(GENERATION).orElseThrow();
        SideState side = bases.side(BASE, List.of(snapshot)).orElseThrow();
        BaseManifest former = snapshot;
        for (ManifestRow hour : levels.rowsAfter(2, 0)) {
            MergedData data =
                    new MergedData(List.of(Examples.member(1, hour.getLast())), List.of(), Optional.empty(), List.of());
            former = bases.commit(
                    new SyntheticDraft(former, List.of(hour), side, Examples.digest(0, hour.getLast()), data));
        }
        assertThat(former.getSeq()).isEqualTo(71);
        store.takeRequests();

        GenerationCatalog catalog = archive.catalog().newest().orElseThrow();
        assertThat(store.takeRequests()).isEqualTo(7);
        assertThat(catalog.synthetic(Long.MAX_VALUE)).hasValue(former);
        assertThat(store.takeRequests()).as("the newest base").isEqualTo(2);
        RevisionRange all = new RevisionRange(BASE + 1, BASE + 8_640);
        List<CheckpointManifest> days = catalog.inside(3, all);
        assertThat(days).extracting(CheckpointManifest::getLast).containsExactly(2_980L, 5_860L, 8_740L);
        assertThat(store.takeRequests()).as("the newest day, and two before").isEqualTo(4);
        for (long revision : new long[] {BASE + 240, BASE + 5_000, BASE + 8_639}) {
            BaseManifest found = catalog.synthetic(revision).orElseThrow();
            assertThat(found.getBase().getRevision()).isEqualTo(revision - (revision - BASE) % 120);
            assertThat(store.takeRequests()).isLessThanOrEqualTo(3);
        }
        assertThat(catalog.synthetic(BASE + 119)).isEmpty();
    }

    @Test
    void whatLiesWhollyInARangeIsFoundAndNothingElse() {
        fill(500);
        GenerationCatalog catalog = archive.catalog().newest().orElseThrow();
        for (long first = BASE + 1; first < BASE + 60; first += 7) {
            for (long last = first; last < BASE + 500; last += 31) {
                List<CheckpointManifest> found = catalog.inside(1, new RevisionRange(first, last));
                long from = (first - BASE - 1 + 9) / 10;
                long to = (last - BASE) / 10;
                assertThat(found)
                        .extracting(CheckpointManifest::getSeq)
                        .containsExactlyElementsOf(LongStream.range(from, Math.max(from, to))
                                .boxed()
                                .toList());
            }
        }
        assertThat(catalog.inside(4, new RevisionRange(1, 1_000))).isEmpty();
    }

    @Test
    void ofTwoThatMakeOneCheckpointBothGetTheFirst() {
        fill(9);
        archive.resumeNewest().orElseThrow().commit(Examples.draft(BASE + 10, BASE + 10));
        LevelWriter one = archive.levels(GENERATION).orElseThrow();
        LevelWriter two = archive.levels(GENERATION).orElseThrow();
        List<ManifestRow> rows = List.copyOf(one.waiting(1));
        assertThat(two.waiting(1)).isEqualTo(rows);
        LevelWriter three = archive.levels(GENERATION).orElseThrow();
        assertThat(three.waiting(1)).isEqualTo(rows);
        CheckpointManifest first = one.commit(draft(1, rows));
        LevelDraft rewritten = new LevelDraft(
                1,
                rows,
                first.getContentDigest(),
                new MergedData(List.of(Examples.member(BASE + 5, BASE + 10)), List.of(), Optional.empty(), List.of()),
                first.getPosition());
        assertThat(three.standing(1, rows, first.getContentDigest())).hasValue(first);
        assertThat(three.head(1)).hasValue(first);
        assertThat(three.waiting(1)).isEmpty();
        assertThat(two.commit(rewritten)).as("other segments, the same content").isEqualTo(first);
        assertThat(two.waiting(1)).isEmpty();
        assertThat(memory.list("prod/m/" + GENERATION + "/1/", "", 10)).hasSize(1);
    }

    @Test
    void anotherContentUnderTheNameIsRefused() {
        fill(10);
        LevelWriter levels = archive.levels(GENERATION).orElseThrow();
        CheckpointManifest standing = levels.head(1).orElseThrow();
        LevelWriter blind = archive.levels(GENERATION).orElseThrow();
        memory.delete("prod/" + ArchiveLayout.checkpoint(GENERATION, 1, 0));
        List<ManifestRow> rows = List.copyOf(blind.waiting(1));
        LevelDraft other = new LevelDraft(
                1,
                rows,
                "ab".repeat(32),
                new MergedData(List.of(Examples.member(101, 110)), List.of(), Optional.empty(), List.of()),
                Examples.position(110));
        memory.put(
                "prod/" + ArchiveLayout.checkpoint(GENERATION, 1, 0),
                ObjectCodec.encode(ObjectKind.CHECKPOINT, standing));
        List<ManifestRow> children = List.copyOf(rows);
        store.takeRequests();
        assertThatThrownBy(() -> blind.standing(1, children, "ab".repeat(32)))
                .as("before anything is uploaded")
                .hasMessageContaining("/1/7fffffffffffffff stands there already");
        assertThat(store.takeRequests()).isEqualTo(1);
        assertThatThrownBy(() -> blind.commit(other)).isInstanceOfSatisfying(ArchiveException.class, e -> {
            assertThat(e.failure()).isEqualTo(Failure.VERIFICATION);
            assertThat(e).hasMessageContaining("/1/7fffffffffffffff stands there already");
        });
    }

    @Test
    void leasesTooManyForAManifestStandInAnObject() {
        fill(1);
        DataUploader uploader = archive.uploader(() -> "01JDB700000000000000000000");
        List<SeenLease> many = new ArrayList<>();
        for (long id = 1; id <= LeaseFile.INLINE + 1; id++) {
            many.add(new SeenLease(id, 60L, id));
        }
        MergedData data = uploader.merge(GENERATION)
                .finish(
                        List.of(Placed.kept(Examples.member(1, 2).getSegment(), RoaringBitmap.bitmapOf(0))),
                        many,
                        List.of());
        assertThat(data.leases()).isEmpty();
        assertThat(archive.readLeases(data.leases(), data.leaseFile().orElseThrow()))
                .isEqualTo(many);
        assertThat(archive.readLeases(many.subList(0, 3), null)).hasSize(3);
    }

    @Test
    void proofsOfTimeNeverGoBack() {
        GenerationWriter writer = archive.openGeneration(Examples.generation(Examples.FANOUT));
        GenerationWriter other = archive.resumeNewest().orElseThrow();
        assertThat(writer.commitTime(BASE, 1_000, Examples.position(5)).getSeq())
                .isZero();
        assertThat(other.commitTime(BASE, 900, Examples.position(4)).getAtMillis())
                .as("said already")
                .isEqualTo(1_000);
        assertThat(other.commitTime(BASE, 2_000, Examples.position(6)).getSeq()).isEqualTo(1);
        assertThat(archive.catalog().newest().orElseThrow().timeProof())
                .hasValueSatisfying(proof -> assertThat(proof.getAtMillis()).isEqualTo(2_000));
        assertThatThrownBy(() -> writer.commitTime(BASE + 1, 3_000, Examples.position(7)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
