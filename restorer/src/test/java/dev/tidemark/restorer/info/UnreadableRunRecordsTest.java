package dev.tidemark.restorer.info;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.RunRecords;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.verify.Drill;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.DrillRun;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record of a run that is damaged, or was deleted since it was listed, counts as none: it stops nobody. */
class UnreadableRunRecordsTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(100_000));
    private static final long DRILLED = 77;

    @TempDir
    private Path directory;

    private final ObjectStore whole = new MemoryStore(Clock.systemUTC());

    @BeforeEach
    void record() {
        List<Change> log = SampleLog.random(new Random(41), 60, 12);
        SampleArchive sample = new SampleArchive(whole, directory, SampleArchive.SMALL)
                .claim()
                .open(0, 40, null)
                .base(log, 20, 40, List.of())
                .checkpoint(log, 60, List.of());
        sample.archive().runs().recordDrill(UnreadableRunRecordsTest::drill);
        verify(whole);
    }

    private static DrillRun drill(long seq) {
        return new DrillRun(
                RunRecords.formatVersion(), seq, DRILLED, 1L, true, "g", 5L, 1L, -1L, -1L, 7L, 7L, "3.6.16", "", 0L);
    }

    private static ClusterArchive archive(ObjectStore store) {
        return new ClusterArchive(store, SampleArchive.CLUSTER);
    }

    private VerifyReport verify(ObjectStore store) {
        Sources sources = new Sources(archive(store), Optional.empty(), directory, Clock.fixed(NOW, ZoneOffset.UTC));
        return new Verifier(sources).verify(new VerifyRequest(VerifyLevel.MANIFEST, 1), VerifyProgress.NONE);
    }

    /** The newest of a chain has other bytes from now on. */
    private void damage(String chain) {
        String name = whole.list(archive(whole).root() + chain, "", 1).get(0).name();
        whole.delete(name);
        whole.put(name, "damaged".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatCanBeReadIsShown() {
        ProofRecords records = ProofRecords.of(archive(whole));

        assertThat(records.verification()).isPresent();
        assertThat(records.drill()).isPresent();
        assertThat(records.note()).isEmpty();
        assertThat(Drill.lastStartedAtMillis(archive(whole))).hasValue(DRILLED);
    }

    @Test
    void aDamagedDrillCountsAsNone() {
        damage(ArchiveLayout.drills());

        assertThat(Drill.lastStartedAtMillis(archive(whole))).isEmpty();
    }

    @Test
    void aDrillThatIsDeletedOnceItIsListedCountsAsNone() {
        ObjectStore losing = new LosingStore(whole, ArchiveLayout.drills());

        assertThat(Drill.lastStartedAtMillis(archive(losing))).isEmpty();
        assertThat(ProofRecords.of(archive(losing)).verification()).isPresent();
    }

    @Test
    void aDamagedVerificationHidesNoDrill() {
        damage(ArchiveLayout.verifications());
        ProofRecords records = ProofRecords.of(archive(whole));

        assertThat(records.verification()).isEmpty();
        assertThat(records.drill()).isPresent();
        assertThat(records.note()).contains("cannot be read").contains(ArchiveLayout.verifications());
    }

    @Test
    void recordsThatAreDeletedOnceTheyAreListedAreMentionedAndStopNoVerification() {
        ObjectStore losing = new LosingStore(whole, ArchiveLayout.verifications());
        ProofRecords records = ProofRecords.of(archive(losing));

        assertThat(records.verification()).isEmpty();
        assertThat(records.note()).contains("cannot be read").contains(ArchiveLayout.verifications());
        assertThat(verify(losing).note()).contains("the run is not recorded");
    }
}
