package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.compactor.PartitionHealth.Phase;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationSummary;
import dev.tidemark.schemas.avro.Lease;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.GenerationEnd.Cause;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the archive after a log was folded. */
final class FoldTest {
    private static final CutPolicy SECOND = new CutPolicy(1_000, 1 << 20);

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(InstantSource.system());
    private Workbench bench;

    @BeforeEach
    void open() {
        bench = new Workbench(directory);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void cutsWhereTheLogSaysAndKeepsEveryChange() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a", "b", "c")
                .after(400)
                .batch("a")
                .after(600)
                .batch("b", "-c")
                .aborted(3)
                .after(999)
                .tick()
                .after(1)
                .tick();
        bench.fold(log, SECOND, store);

        List<CheckpointManifest> found = Workbench.checkpoints(store);
        assertThat(found).extracting(CheckpointManifest::getFirst).containsExactly(11L, 15L);
        assertThat(found).extracting(CheckpointManifest::getLast).containsExactly(14L, 16L);
        assertThat(changes(found)).isEqualTo(log.changes());
        assertThat(Workbench.survivors(store, found.get(0)))
                .extracting(Change::main)
                .containsExactly(12L, 13L, 14L);
        assertThat(Workbench.survivors(store, found.get(1)))
                .extracting(Change::isTombstone)
                .containsExactly(false, true);
    }

    @Test
    void theOpenIntervalIsNotCommitted() {
        TopicLog log =
                new TopicLog().open("GEN-A", 10, null).batch("a").after(999).batch("b");
        Gauge gauge = bench.fold(log, SECOND, store);

        assertThat(Workbench.checkpoints(store)).isEmpty();
        PartitionHealth health = gauge.health("prod", 0);
        assertThat(health.committedRevision()).isEqualTo(10);
        assertThat(health.foldedRevision()).isEqualTo(12);
        assertThat(health.openBytes()).isPositive();
    }

    @Test
    void leasesOfAnIntervalStandInItsManifest() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch(List.of(new LeaseTtl(5, 60), new LeaseTtl(6, LeaseTtl.UNKNOWN)), "a")
                .batch(List.of(new LeaseTtl(6, 30)), "b")
                .after(1_000)
                .tick();
        bench.fold(log, SECOND, store);
        assertThat(Workbench.checkpoints(store).get(0).getLeases())
                .containsExactly(new Lease(5L, 60L), new Lease(6L, 30L));
    }

    @Test
    void aRevisionInPartsIsOneRevisionAndNeverCutInside() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a")
                .wide(120, 10_000)
                .batch("b")
                .after(1_000)
                .tick();
        bench.fold(log, new CutPolicy(1_000, 200_000), store);

        List<CheckpointManifest> found = Workbench.checkpoints(store);
        assertThat(found).extracting(CheckpointManifest::getLast).containsExactly(12L, 13L);
        assertThat(changes(found)).isEqualTo(log.changes());
    }

    @Test
    void aHoleEndsTheGenerationWithItsRangeAndTheNextOneGoesOn() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a", "b")
                .lose(3)
                .batch("c")
                .after(2_000)
                .tick();
        Gauge gauge = bench.fold(log, SECOND, store);
        assertThat(gauge.health("prod", 0).phase()).isEqualTo(Phase.IN_HOLE);
        assertThat(gauge.health("prod", 0).problem())
                .contains("13..15 are missing")
                .contains("(hint: what stands before it is in the archive");
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(12L);

        log.open("GEN-B", 40, new GenerationEnd("GEN-A", 16, Cause.SOURCE_REPLACED, "replaced", 0, 0))
                .batch("x")
                .after(1_000)
                .tick();
        gauge = bench.fold(log, SECOND, store);
        assertThat(gauge.health("prod", 0).problem()).isEmpty();
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(41L);
        GenerationSummary ended = Workbench.newest(store).header().getPrevious().get(0);
        assertThat(ended.getLastRevision()).isEqualTo(12);
        assertThat(ended.getCause()).isEqualTo("DISORDER");
        assertThat(ended.getHoleFirst()).isEqualTo(13);
        assertThat(ended.getHoleLast()).isEqualTo(16);
    }

    @Test
    void anUndecodableRecordEndsTheGenerationWithWhatStandsBeforeIt() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a", "b")
                .raw(new byte[] {1, 2, 3})
                .batch("c");
        Gauge gauge = bench.fold(log, SECOND, store);
        assertThat(gauge.health("prod", 0).phase()).isEqualTo(Phase.IN_HOLE);
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(12L);
    }

    @Test
    void manyDefectsAreOneHoleAndTheNextGenerationGoesOn() {
        TopicLog log = new TopicLog()
                .open("GEN-0", 5, null)
                .batch("z")
                .open("GEN-A", 10, new GenerationEnd("GEN-0", 6, Cause.COMPACTED, "compacted", 7, 9))
                .batch("a", "b")
                .foreign("another", new byte[] {1})
                .batch("c")
                .foreign("another", new byte[] {2})
                .foreign(null, new byte[] {3})
                .foreign("prod", null)
                .raw(new byte[] {4})
                .open("GEN-0", 5, null)
                .batch("late");
        Gauge gauge = bench.fold(log, SECOND, store);
        assertThat(gauge.health("prod", 0).phase()).isEqualTo(Phase.IN_HOLE);
        assertThat(gauge.health("prod", 0).problem()).contains("not a record of cluster prod");
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(12L);

        log.open("GEN-B", 40, new GenerationEnd("GEN-A", 12, Cause.SOURCE_REPLACED, "replaced", 0, 0))
                .batch("x")
                .after(1_000)
                .tick();
        assertThat(bench.fold(log, SECOND, store).health("prod", 0).problem()).isEmpty();
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(41L);
    }

    @Test
    void aRecordWithoutAValueEndsTheGenerationWithWhatStandsBeforeIt() {
        TopicLog log = new TopicLog().open("GEN-A", 10, null).batch("a").foreign("prod", null);
        assertThat(bench.fold(log, SECOND, store).health("prod", 0).phase()).isEqualTo(Phase.IN_HOLE);
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(11L);
    }

    @Test
    void aTornRevisionDoesNotHideTheGenerationThatBeginsAfterIt() {
        for (int lost : new int[] {0, 1}) {
            MemoryStore own = new MemoryStore(InstantSource.system());
            TopicLog log = new TopicLog()
                    .open("GEN-A", 10, null)
                    .batch("a")
                    .lose(lost)
                    .wide(120, 10_000)
                    .withoutLastRecord()
                    .open("GEN-B", 40, new GenerationEnd("GEN-A", 12, Cause.SOURCE_REPLACED, "replaced", 0, 0))
                    .batch("x")
                    .after(1_000)
                    .tick();
            Gauge gauge = bench.fold(log, SECOND, own);
            assertThat(gauge.health("prod", 0).problem()).isEmpty();
            assertThat(Workbench.newest(own).header().getPrevious().get(0).getLastRevision())
                    .isEqualTo(11);
            assertThat(Workbench.checkpoints(own))
                    .extracting(CheckpointManifest::getLast)
                    .containsExactly(41L);
        }
    }

    @Test
    void whatIsPassedOverInAHoleMovesNoCut() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a")
                .lose(1)
                .wide(120, 10_000)
                .after(600)
                .open("GEN-B", 40, new GenerationEnd("GEN-A", 13, Cause.SOURCE_REPLACED, "replaced", 0, 0))
                .batch("x")
                .after(600)
                .batch("y")
                .after(1_000)
                .tick();
        bench.fold(log, SECOND, store);
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(42L);
    }

    @Test
    void proofOfProgressBeyondTheTopicIsAHole() {
        TopicLog log = new TopicLog().open("GEN-A", 10, null).batch("a").lose(2).progress();
        Gauge gauge = bench.fold(log, SECOND, store);
        assertThat(gauge.health("prod", 0).problem())
                .contains("proven revision 13")
                .contains("ends at 11");
    }

    @Test
    void aNewGenerationCutsTheOpenIntervalAndNamesHowTheOldOneEnded() {
        GenerationEnd end = new GenerationEnd("GEN-A", 12, Cause.COMPACTED, "compacted", 13, 20);
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a", "b")
                .open("GEN-B", 25, end)
                .batch("c")
                .after(1_000)
                .tick();
        bench.fold(log, SECOND, store);
        assertThat(Workbench.newest(store).header().getGeneration()).isEqualTo("GEN-B");
        GenerationSummary summary =
                Workbench.newest(store).header().getPrevious().get(0);
        assertThat(summary.getCause()).isEqualTo("COMPACTED");
        assertThat(summary.getHoleFirst()).isEqualTo(13);
        assertThat(summary.getHoleLast()).isEqualTo(20);
    }

    @Test
    void aRecreatedTopicGoesOnWhereTheArchiveEnds() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a", "b")
                .after(1_000)
                .tick();
        bench.fold(log, SECOND, store);
        log.recreate("topic-2", 11).batch("b").batch("c").after(1_000).tick();
        Gauge gauge = bench.fold(log, SECOND, store);

        assertThat(gauge.health("prod", 0).problem()).isEmpty();
        List<CheckpointManifest> found = Workbench.checkpoints(store);
        assertThat(found).extracting(CheckpointManifest::getLast).containsExactly(12L, 13L);
        assertThat(found.get(1).getPosition().getTopicId()).isEqualTo("topic-2");
    }

    @Test
    void aLogThatExpiredBeyondTheHeadIsAHoleOnlyIfRevisionsAreMissing() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a")
                .after(1_000)
                .tick()
                .tick()
                .tick();
        bench.fold(log, SECOND, store);
        log.expire(log.end()).batch("b").after(1_000).tick();
        assertThat(bench.fold(log, SECOND, store).health("prod", 0).committedRevision())
                .isEqualTo(12);

        log.batch("lost");
        log.expire(log.end()).batch("c");
        assertThat(bench.fold(log, SECOND, store).health("prod", 0).problem()).contains("13..13 are missing");
    }

    @Test
    void aTopicThatWasCutOffAndWrittenAgainGoesOnWhereTheArchiveEnds() {
        TopicLog log = new TopicLog()
                .open("GEN-0", 5, null)
                .batch("z")
                .open("GEN-A", 10, new GenerationEnd("GEN-0", 6, Cause.COMPACTED, "compacted", 7, 9))
                .batch("a");
        long kept = log.end();
        log.batch("b").batch("c").batch("c").batch("c").after(1_000).tick();
        bench.fold(log, SECOND, store);
        CheckpointManifest before = Workbench.checkpoints(store).get(0);
        assertThat(before.getLast()).isEqualTo(15);
        log.cutOff(kept).batch("d").batch("e").after(1_000).tick();
        assertThat(log.end()).isLessThan(before.getPosition().getNextOffset());

        assertThat(bench.fold(log, SECOND, store).health("prod", 0).problem()).isEmpty();
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(15L, 17L);
    }

    @Test
    void anotherHistoryInTheArchiveFencesTheWriter() {
        TopicLog theirs = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("other")
                .after(1_000)
                .tick();
        TopicLog ours = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a")
                .after(500)
                .batch("b")
                .after(1_000)
                .tick();
        // Both begin at the same head: the archive got the generation, then the other writer's checkpoint.
        FaultyStore late = new FaultyStore(store, FaultyStore.Fault.DIES_BEFORE, Long.MAX_VALUE, 0);
        Gauge gauge = new Gauge(0);
        Foundry foundry = bench.foundry(SECOND, late);
        Patience patience = new Patience("test", foundry.clock(), time -> {}, gauge::waiting);
        try (Fold fold = Fold.open(0, TopicLog.CLUSTER, foundry, ours, patience, gauge)) {
            fold.begin(ours.ends());
            List<LogRecord> records = ours.records();
            records.subList(0, records.size() - 1).forEach(fold::accept);
            bench.fold(theirs, SECOND, store);
            LogRecord last = records.get(records.size() - 1);
            assertThatThrownBy(() -> fold.accept(last))
                    .isInstanceOfSatisfying(TidemarkException.class, e -> assertThat(e.failure())
                            .isEqualTo(Failure.FENCED))
                    .hasMessageContaining("11..12");
        }
    }

    @Test
    void anUnusableBaseIsShownAndTheRevisionsAreKept() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .baseReady(10, "d/GEN-A/none/base", "00")
                .batch("a")
                .after(1_000)
                .tick();
        Gauge gauge = bench.fold(log, SECOND, store);
        assertThat(gauge.health("prod", 0).problem())
                .contains("base at revision 10")
                .contains("missing");
        assertThat(Workbench.checkpoints(store)).hasSize(1);
    }

    @Test
    void sideStatesGetOnePlaceEachHoweverOftenTheLogIsFolded() {
        TopicEvent.SideReady first = sideState("GEN-A", 11);
        TopicEvent.SideReady second = sideState("GEN-A", 12);
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .batch("a")
                .sideReady(first)
                .sideReady(first)
                .batch("b")
                .sideReady(second)
                .after(1_000)
                .tick();
        for (int life = 0; life < 3; life++) {
            bench.fold(log, new CutPolicy(1L << 40, 1 << 20), store);
        }
        bench.fold(log, SECOND, store);
        bench.fold(log, SECOND, store);

        SideManifest newest = Workbench.newest(store).side(Long.MAX_VALUE).orElseThrow();
        assertThat(newest.getSeq()).isEqualTo(1);
        assertThat(newest.getSide().getObject().getName()).isEqualTo(second.object());
        assertThat(newest.getRecent()).extracting(row -> row.getRevision()).containsExactly(11L);
        assertThat(Workbench.checkpoints(store)).hasSize(1);
    }

    @Test
    void anUnusableSideStateIsShownAndTheRevisionsAreKept() {
        TopicLog log = new TopicLog()
                .open("GEN-A", 10, null)
                .sideReady(new TopicEvent.SideReady("GEN-A", 10, 1, 1, "d/GEN-A/none/side.avro", 1, "00"))
                .sideReady(sideState("GEN-B", 10))
                .batch("a")
                .after(1_000)
                .tick();
        Gauge gauge = bench.fold(log, SECOND, store);
        assertThat(gauge.health("prod", 0).problem())
                .contains("leases and auth of revision 10")
                .contains("never opened");
        assertThat(Workbench.checkpoints(store)).hasSize(1);
        assertThat(Workbench.newest(store).side(Long.MAX_VALUE)).isEmpty();
    }

    private TopicEvent.SideReady sideState(String generation, long revision) {
        ByteBuffer user = ByteBuffer.wrap(new byte[] {'u'});
        ObjectRef object = new ClusterArchive(store, TopicLog.CLUSTER)
                .uploader(() -> String.format("01SIDESTATE%015d", revision))
                .uploadSide(generation, List.of(new SideRecord("authUsers", user, user)));
        return new TopicEvent.SideReady(
                generation, revision, 1, 1, object.getName(), object.getBytes(), object.getSha256());
    }

    private List<Change> changes(List<CheckpointManifest> manifests) {
        List<Change> all = new ArrayList<>();
        manifests.forEach(manifest -> all.addAll(Workbench.changes(store, manifest)));
        return all;
    }
}
