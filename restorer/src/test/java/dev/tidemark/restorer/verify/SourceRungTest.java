package dev.tidemark.restorer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.RunRecords;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.verify.report.ObjectCounts;
import dev.tidemark.restorer.verify.report.Sampling;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.avro.DrillRun;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source is asked for a hash at most once a minute, by the moment at which it was asked and not by the run's start. */
class SourceRungTest {
    private static final long START = 1_000_000;

    @TempDir
    private Path directory;

    private long now = START;
    private final ClusterArchive archive = new ClusterArchive(new MemoryStore(Clock.systemUTC()), "prod");

    /** Stands still until it is set. */
    private final class SetClock extends Clock {
        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private SourceRung rung(SourceAccess.Stall stall) {
        Sources sources = new Sources(archive, Optional.empty(), directory, new SetClock());
        return new SourceRung(sources, new SourceAccess(List.of(), stall), VerifyProgress.NONE);
    }

    private void drilled(long askedAt) {
        archive.runs()
                .recordDrill(seq -> new DrillRun(
                        RunRecords.formatVersion(),
                        seq,
                        START,
                        1L,
                        true,
                        "g",
                        5L,
                        1L,
                        -1L,
                        -1L,
                        7L,
                        7L,
                        "",
                        "",
                        askedAt));
    }

    private static VerifyReport report() {
        return new VerifyReport(
                VerifyLevel.MANIFEST,
                Sampling.EVERYTHING,
                new ObjectCounts(1, 0, 0),
                List.of(),
                Optional.empty(),
                "",
                5);
    }

    @Test
    void whatIsNotedIsTheMomentOfTheLastQuestion() {
        SourceRung rung = rung(SourceAccess.Stall.FOLLOWERS);
        assertThat(rung.askedAtMillis()).isZero();

        now = START + 600_000;
        rung.asking();
        now = START + 602_000;
        rung.asking();

        assertThat(rung.askedAtMillis()).isEqualTo(START + 602_000);
    }

    @Test
    void aQuestionSoSoonAfterAnothersIsRefusedThoughTheRunBeganLongBefore() {
        SourceRung rung = rung(SourceAccess.Stall.FOLLOWERS);
        rung.requirePause();
        drilled(START + 30_000);

        now = START + 40_000;
        assertThatThrownBy(rung::asking).hasMessageContaining("10 s ago");
        assertThat(rung.askedAtMillis()).isZero();

        now = START + 90_000;
        rung.asking();
        assertThat(rung.askedAtMillis()).isEqualTo(now);
    }

    @Test
    void ofTwoRunsThatAskWithinAMinuteTheSecondIsRefusedThoughTheFirstHasNotEnded() {
        SourceRung first = rung(SourceAccess.Stall.FOLLOWERS);
        SourceRung second = rung(SourceAccess.Stall.FOLLOWERS);
        first.requirePause();
        second.requirePause();
        first.asking();
        assertThatThrownBy(second::asking).as("the same moment").hasMessageContaining("0 s ago");

        now = START + 59_999;
        assertThatThrownBy(second::asking).hasMessageContaining("59 s ago");
        first.asking();

        now = START + 60_000;
        second.asking();
        assertThat(second.askedAtMillis()).isEqualTo(now);
    }

    @Test
    void ofWhatWasAskedOnlyTheLastQuestionIsLeftInTheArchive() {
        for (int minute = 0; minute < 5; minute++) {
            now = START + minute * 60_000L;
            rung(SourceAccess.Stall.FOLLOWERS).asking();
        }
        assertThat(archive.store().list("prod/v/asked/", "", 10)).hasSize(1);
    }

    @Test
    void whoMayStallAnybodyWaitsForNobody() {
        drilled(START);
        SourceRung rung = rung(SourceAccess.Stall.ANY);
        rung.asking();

        assertThat(rung.askedAtMillis()).isEqualTo(START);
    }

    @Test
    void aRunThatAsksNobodyHandsOnWhenSomebodyDid() {
        RunBook book = new RunBook(archive.runs());
        book.record(Optional.empty(), report(), START, new RunBook.Asked(List.of(), START + 7));
        book.record(book.verification(), report(), START + 10, new RunBook.Asked(List.of(), 0));

        assertThat(book.sourceAskedAtMillis()).isEqualTo(START + 7);
    }
}
