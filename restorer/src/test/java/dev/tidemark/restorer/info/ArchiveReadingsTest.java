package dev.tidemark.restorer.info;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.SlowStore;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read for the metrics agrees with what {@code info} says, and costs little. */
class ArchiveReadingsTest {
    private static final int GENERATIONS = 6;
    private static final int LENGTH = 30;

    @TempDir
    private Path directory;

    private final List<Change> log = SampleLog.random(new Random(3), GENERATIONS * LENGTH + 20, 9);
    private final SlowStore store = new SlowStore(new MemoryStore(Clock.systemUTC()));
    private SampleArchive archive;
    private Instant now = Instant.ofEpochMilli(SampleLog.capturedAt(1_000));

    @BeforeEach
    void build() {
        archive = new SampleArchive(store, directory, SampleArchive.SMALL).claim();
        for (int n = 0; n < GENERATIONS; n++) {
            generation(n);
        }
        new Verifier(archive.sources(now)).verify(new VerifyRequest(VerifyLevel.MANIFEST, 1), VerifyProgress.NONE);
    }

    private void generation(int n) {
        long base = 2 + (long) n * LENGTH;
        GenerationEnd end = n == 0
                ? null
                : new GenerationEnd(
                        SampleArchive.generation(n - 1), base - 6, GenerationEnd.Cause.COMPACTED, "", base - 5, base);
        archive.open(n, base, end).base(log, base, base, List.of());
        for (long last = base + 2; last <= base + LENGTH - 6; last += 2) {
            archive.checkpoint(log, last, List.of());
        }
        archive.upkeep();
    }

    @Test
    void itSaysWhatInfoSays() {
        ArchiveFacts facts = new ArchiveReadings(archive.archive(), () -> now).read();
        ArchiveInfo info = ArchiveInfo.read(archive.sources(now));
        long until = facts.untilMillis().orElseThrow();
        assertThat(OptionalLong.of((now.toEpochMilli() - until) / 1000)).isEqualTo(info.archiveSeconds());
        assertThat(facts.readAtMillis()).isEqualTo(now.toEpochMilli());
        assertThat(facts.everySinceMillis())
                .hasValue(info.generations()
                        .get(GENERATIONS - 1)
                        .everySince()
                        .orElseThrow()
                        .notAfterMillis());
        assertThat(facts.verification()).isEqualTo(info.verification());
        for (ArchiveInfo.ChainTotal chain : info.generations().get(0).chains()) {
            long manifests = info.generations().stream()
                    .flatMap(generation -> generation.chains().stream())
                    .filter(one -> one.kind().equals(chain.kind()))
                    .mapToLong(one -> one.size().manifests())
                    .sum();
            assertThat(facts.sizes().get(chain.kind()).manifests())
                    .as(chain.kind())
                    .isEqualTo(manifests);
        }
        assertThat(facts.sizes().get("synthetic").manifests()).isPositive();
    }

    @Test
    void generationsThatHaveEndedAreReadOnceAnHour() {
        ClusterArchive cluster = archive.archive();
        ArchiveReadings readings = new ArchiveReadings(cluster, () -> now);
        store.requestsSince();
        ArchiveFacts first = readings.read();
        int all = store.requestsSince();
        now = now.plus(Duration.ofMinutes(59));
        ArchiveFacts second = readings.read();
        int again = store.requestsSince();
        assertThat(again).isLessThan(all / 3).isLessThanOrEqualTo(25);
        assertThat(second.sizes()).isEqualTo(first.sizes());
        now = now.plus(Duration.ofMinutes(1));
        readings.read();
        assertThat(store.requestsSince()).isEqualTo(all);
    }

    @Test
    void aGenerationWithoutABaseMovesNoEndOfWhatCanBeRestored() {
        ArchiveReadings readings = new ArchiveReadings(archive.archive(), () -> now);
        OptionalLong before = readings.read().untilMillis();
        long base = 2 + (long) GENERATIONS * LENGTH;
        GenerationEnd end = new GenerationEnd(
                SampleArchive.generation(GENERATIONS - 1), base - 6, GenerationEnd.Cause.COMPACTED, "", base - 5, base);
        archive.open(GENERATIONS, base, end).checkpoint(log, base + 3, List.of());
        assertThat(readings.read().untilMillis()).isEqualTo(before);
        assertThat(ArchiveInfo.read(archive.sources(now)).archiveSeconds())
                .hasValue((now.toEpochMilli() - before.orElseThrow()) / 1000);
    }

    /** A base that was refused, or never came, must show: after a restart nobody else remembers it. */
    @Test
    void whereNothingCanBeRestoredTheGapCountsFromTheBeginning() {
        MemoryStore empty = new MemoryStore(Clock.systemUTC());
        SampleArchive without = new SampleArchive(empty, directory, SampleArchive.SMALL).open(0, 40, null);

        ArchiveFacts facts = new ArchiveReadings(without.archive(), () -> Instant.EPOCH).read();

        assertThat(facts.untilMillis()).isEmpty();
        assertThat(facts.behindSinceMillis())
                .hasValue(facts.generations().get(0).openedAtMillis());
        assertThat(facts.generations().get(0).openedAtMillis()).isPositive();
    }
}
