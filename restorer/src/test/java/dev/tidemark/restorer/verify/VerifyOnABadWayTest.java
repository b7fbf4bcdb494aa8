package dev.tidemark.restorer.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.BadWay;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.history.ArchiveChapter;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Change;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is spoiled between here and the store is asked for again, and nothing is called damaged for it. */
class VerifyOnABadWayTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000));

    @TempDir
    private Path directory;

    private final MemoryStore store = new MemoryStore(Clock.systemUTC());
    private final List<Change> log = SampleLog.random(new Random(5), 40, 6);

    private SampleArchive archive(ObjectStore way) {
        return new SampleArchive(way, directory, SampleArchive.SMALL);
    }

    private SampleArchive written() {
        SampleArchive archive = archive(store).open(0, 1, null).claim().base(List.of(), 1, 1, List.of());
        long last = log.get(log.size() - 1).main();
        for (long revision = 4; revision <= last; revision += 4) {
            archive.checkpoint(log, revision, List.of());
        }
        return archive.upkeep();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EMPTY")
    void verifyFindsNothingOfIt(BadWay.Fault fault) {
        written();
        for (VerifyLevel level : List.of(VerifyLevel.MANIFEST, VerifyLevel.BYTES, VerifyLevel.CONTENT)) {
            Sources sources = archive(BadWay.to(store, fault)).sources(NOW);
            VerifyReport report = new Verifier(sources).verify(new VerifyRequest(level, 1), VerifyProgress.NONE);
            assertThat(report.findings()).as("%s, %s", level, fault).isEmpty();
            assertThat(report.ok()).isTrue();
        }
    }

    @Test
    void aStrayNameIsOneFindingAndTheWalkEnds() {
        written();
        String chain = "sample/m/" + SampleArchive.generation(0) + "/1/";
        store.put(chain + "3ffffffffffffff0", new byte[] {1});
        VerifyReport report = new Verifier(archive(store).sources(NOW))
                .verify(new VerifyRequest(VerifyLevel.MANIFEST, 1), VerifyProgress.NONE);
        assertThat(report.findings()).isNotEmpty();
        assertThat(report.findings())
                .anySatisfy(finding -> assertThat(finding.problem()).contains("and so are the 46116860184273"));
    }

    /** Between the opening of level 0 and the question for a level that one may close. */
    @Test
    void aLevelThatClosesAfterTheOpeningDoesNotReachBeyondWhatLevelZeroHeldThen() {
        SampleArchive archive = archive(store).open(0, 1, null).claim().base(List.of(), 1, 1, List.of());
        archive.checkpoint(log, 6, List.of()).checkpoint(log, 10, List.of());
        ArchiveChapter chapter = ArchiveChapter.of(
                archive.archive(), archive.archive().catalog().newest().orElseThrow());
        for (long revision = 14; revision <= 40; revision += 4) {
            archive.checkpoint(log, revision, List.of());
        }
        archive.upkeep();
        long head = chapter.head().orElseThrow().getLast();
        for (int level = 1; level <= 3; level++) {
            assertThat(chapter.inside(level, 2, 40)).allMatch(checkpoint -> checkpoint.getLast() <= head);
        }
    }
}
