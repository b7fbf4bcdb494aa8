package dev.tidemark.restorer.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.RunRecords;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.VerifyRun;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is recorded of a verification that asks its source for a hash half a minute after it began. */
class SourceQuestionsTest {
    private static final long START = SampleLog.capturedAt(100_000);
    private static final long ASKED = START + 30_000;

    @TempDir
    private Path directory;

    private final AtomicLong now = new AtomicLong(START);
    private ClusterArchive archive;

    private final class SetClock extends Clock {
        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now.get());
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

    @BeforeEach
    void archive() {
        List<Change> log = SampleLog.random(new Random(43), 60, 12);
        archive = new SampleArchive(new MemoryStore(Clock.systemUTC()), directory, SampleArchive.SMALL)
                .claim()
                .open(0, 40, null)
                .base(log, 20, 40, List.of())
                .checkpoint(log, 60, List.of())
                .archive();
    }

    private VerifyReport verify(FakeSource source) {
        Sources sources = new Sources(archive, Optional.empty(), directory, new SetClock());
        EtcdSettings member = EtcdSettings.of(source.endpoint());
        // two, or it would be asked whether it is alone
        SourceAccess access = new SourceAccess(List.of(member, member), SourceAccess.Stall.FOLLOWERS);
        return new Verifier(sources, access).verify(new VerifyRequest(VerifyLevel.SOURCE, 1), VerifyProgress.NONE);
    }

    private VerifyRun recorded() {
        return archive.runs().newestVerification().orElseThrow();
    }

    @Test
    void theMomentOfTheQuestionIsRecordedAndNotTheRunsStart() throws IOException {
        try (FakeSource source = new FakeSource(() -> now.set(ASKED), Optional.empty())) {
            VerifyReport report = verify(source);

            assertThat(report.findings()).singleElement().asString().contains("answers HashKV 12345");
            assertThat(recorded().getStartedAtMillis()).isEqualTo(START);
            assertThat(recorded().getSourceAskedAtMillis()).isEqualTo(ASKED);
        }
    }

    @Test
    void aQuestionThatWasNotAnsweredIsRecordedToo() throws IOException {
        Status lost = Status.UNAVAILABLE.withDescription("on purpose");
        try (FakeSource source = new FakeSource(() -> now.set(ASKED), Optional.of(lost))) {
            Throwable thrown = catchThrowable(() -> verify(source));

            assertThat(thrown).isInstanceOf(EtcdException.class);
            assertThat(recorded().getSourceAskedAtMillis()).isEqualTo(ASKED);
            assertThat(recorded().getOk()).isFalse();
            now.set(ASKED + 20_000);
            assertThatThrownBy(() -> verify(source)).hasMessageContaining("20 s ago");
        }
    }

    @Test
    void whoWasOvertakenByAnotherRunDoesNotAsk() throws IOException {
        Runnable another = () -> {
            now.set(ASKED);
            archive.runs().recordDrill(seq -> drill(seq, ASKED - 5_000));
        };
        try (FakeSource source = new FakeSource(another, Optional.empty())) {
            assertThatThrownBy(() -> verify(source)).hasMessageContaining("5 s ago");
            assertThat(source.questions()).isZero();
        }
    }

    private static DrillRun drill(long seq, long askedAt) {
        return new DrillRun(
                RunRecords.formatVersion(), seq, START, 1L, true, "g", 5L, 1L, -1L, -1L, 7L, 7L, "", "", askedAt);
    }
}
