package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.TimeProof;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the archive is told of time in which nothing is written. */
final class IdleTimeTest {
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
    void anIdleSourceIsProvenToBeIdleEveryFiveMinutesBySmallManifestsAlone() {
        TopicLog log =
                new TopicLog().open("GEN-A", 10, null).batch("a").after(1_000).tick();
        long captured = 1_700_000_000_000L;
        for (int i = 0; i < 100; i++) {
            log.after(30_000).progress();
        }
        bench.fold(log, SECOND, store);
        TimeProof newest = Workbench.newest(store).timeProof().orElseThrow();
        assertThat(newest.getRevision()).isEqualTo(11);
        assertThat(newest.getAtMillis()).isGreaterThanOrEqualTo(captured + 2_700_000);
        assertThat(newest.getSeq()).isEqualTo(9);
        assertThat(store.list("prod/m/GEN-A/time/", "", 100)).hasSize(10).allMatch(proof -> proof.bytes() < 400);
        assertThat(Workbench.checkpoints(store)).hasSize(1);
        assertThat(store.list("prod/d/", "", 100)).as("data and index").hasSize(2);

        bench.fold(log, SECOND, store);
        assertThat(Workbench.newest(store).timeProof()).as("folded again").hasValue(newest);

        log.batch("b").after(1_000).tick().after(30_000).progress();
        bench.fold(log, SECOND, store);
        assertThat(Workbench.newest(store).timeProof()).as("not idle").hasValue(newest);
        log.after(299_000).progress().after(1_000).progress();
        bench.fold(log, SECOND, store);
        assertThat(Workbench.newest(store).timeProof())
                .hasValueSatisfying(proof -> assertThat(proof.getRevision()).isEqualTo(12));
    }

    @Test
    void aTimeOfAnOpenIntervalOrWithoutTheSourceProvesNothing() {
        TopicLog log =
                new TopicLog().open("GEN-A", 10, null).batch("a").after(1_000).tick();
        for (int i = 0; i < 50; i++) {
            log.after(30_000).tick();
        }
        log.batch("b").progress();
        bench.fold(log, SECOND, store);
        assertThat(Workbench.newest(store).timeProof()).isEmpty();
    }

    @Test
    void aDamagedProofOfTimeIsShownAndTheFoldGoesOn() {
        TopicLog log =
                new TopicLog().open("GEN-A", 10, null).batch("a").after(1_000).tick();
        log.after(300_000).progress();
        bench.fold(log, SECOND, store);
        String proof = store.list("prod/m/GEN-A/time/", "", 1).get(0).name();
        byte[] good = store.get(proof);
        byte[] bad = good.clone();
        bad[bad.length / 2] ^= 4;
        store.delete(proof);
        store.put(proof, bad);
        log.after(600_000).progress().after(30_000).progress();
        log.batch("b").after(1_000).tick().after(400_000).progress();
        Gauge gauge = bench.fold(log, SECOND, store);
        assertThat(gauge.health("prod", 0).problem())
                .contains("time after revision 12 is not proven")
                .contains(proof);
        assertThat(Workbench.checkpoints(store))
                .extracting(CheckpointManifest::getLast)
                .containsExactly(11L, 12L);

        store.delete(proof);
        store.put(proof, good);
        bench.fold(log, SECOND, store);
        assertThat(Workbench.newest(store).timeProof())
                .as("put back from a copy")
                .hasValueSatisfying(found -> assertThat(found.getRevision()).isEqualTo(12));
    }

    @Test
    void aProofThatIsNoLongerNeededOrStandsThereAfterAllIsNoProblemAnyMore() {
        TopicLog log =
                new TopicLog().open("GEN-A", 10, null).batch("a").after(1_000).tick();
        log.after(300_000).progress();
        bench.fold(log, SECOND, store);
        String proof = store.list("prod/m/GEN-A/time/", "", 1).get(0).name();
        byte[] good = store.get(proof);
        store.delete(proof);
        store.put(proof, Arrays.copyOf(good, good.length - 1));
        log.after(600_000).progress();
        assertThat(bench.fold(log, SECOND, store).health("prod", 0).problem()).contains("is not proven");
        int repaired = log.records().size();
        log.after(600_000).progress();
        LogReader mending = new MendingLog(log, log.records().get(repaired).offset(), () -> {
            store.delete(proof);
            store.put(proof, good);
        });
        assertThat(bench.fold(mending, SECOND, store).health("prod", 0).problem())
                .as("proven")
                .isEmpty();

        store.delete(proof);
        String newest = store.list("prod/m/GEN-A/time/", "", 1).get(0).name();
        store.delete(newest);
        store.put(newest, Arrays.copyOf(good, good.length - 2));
        log.after(600_000).progress();
        assertThat(bench.fold(log, SECOND, store).health("prod", 0).problem()).contains("is not proven");
        log.batch("b").after(1_000).tick();
        assertThat(bench.fold(log, SECOND, store).health("prod", 0).problem())
                .as("something followed")
                .isEmpty();
    }

    /** A log during whose reading something is mended. */
    private record MendingLog(TopicLog log, long offset, Runnable mending) implements LogReader {
        @Override
        public Ends ends() {
            return log.ends();
        }

        @Override
        public void read(long from, long until, Predicate<LogRecord> sink) {
            log.read(from, until, record -> {
                if (record.offset() == offset) {
                    mending.run();
                }
                return sink.test(record);
            });
        }
    }
}
