package dev.tidemark.capture.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.status.CaptureStatus.Base;
import dev.tidemark.capture.status.CaptureStatus.ReconnectCause;
import dev.tidemark.capture.status.CaptureStatus.State;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureGaugeTest {
    private static final long START = 1_700_000_000_000L;

    @TempDir
    Path dir;

    private long now = START;

    private CaptureGauge gauge() {
        CaptureSettings settings = new CaptureSettings(
                "prod",
                List.of(EtcdSettings.of("http://127.0.0.1:1")),
                new CaptureSettings.Topic("t", 0, 1, (short) 1),
                "t",
                Map.of(),
                Duration.ofSeconds(3),
                CaptureSettings.Spool.in(dir),
                CaptureSettings.NewSource.REFUSE);
        return new CaptureGauge(settings, () -> Instant.ofEpochMilli(now));
    }

    private CaptureGauge continued(long last, long provenAt) {
        CaptureGauge gauge = gauge();
        gauge.opened(
                () -> new CaptureStatus.SpoolUse(0, 0, 1),
                Optional.of(new CaptureGauge.Continued("G1", last, Base.READY, provenAt)));
        return gauge;
    }

    private static CaptureException away() {
        return new CaptureException(Failure.UNAVAILABLE, "nobody answers", "");
    }

    @Test
    void aSnapshotMayTakeASmallPartOfTheHistoryThatTheSourceKeeps() {
        Duration unknown = Duration.ofSeconds(7);
        CaptureGauge gauge = gauge();
        assertThat(gauge.snapshotTime(unknown)).isEqualTo(unknown);
        gauge.foundCompactRevKey();
        assertThat(gauge.snapshotTime(unknown)).isEqualTo(Duration.ofSeconds(30));
        gauge.compactedAt(50);
        gauge.known(100);
        now += 1_000;
        gauge.known(101);
        now += 16_000;
        gauge.known(200);
        gauge.compactedAt(100);
        assertThat(gauge.snapshotTime(unknown)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void beginsWithNothing() {
        CaptureStatus status = gauge().status();
        assertThat(status.state()).isEqualTo(State.STARTING);
        assertThat(status.base()).isEqualTo(Base.NONE);
        assertThat(status.lag()).isEmpty();
        assertThat(status.headroom()).isEmpty();
        assertThat(status.clockSkewMillis()).isEmpty();
        assertThat(status.totals().reconnects()).containsOnlyKeys(ReconnectCause.values());
    }

    @Test
    void aRestartAfterAnHourIsAnHourBehindUntilItHasCaughtUp() {
        CaptureGauge gauge = continued(100, START - 3_600_000);
        gauge.reached(500);
        gauge.watching(100);
        assertThat(gauge.status().state()).isEqualTo(State.CATCHING_UP);
        assertThat(gauge.status().lag()).contains(new CaptureStatus.Lag(400, 3_600_000));
        for (long main = 101; main <= 500; main++) {
            gauge.received(main);
        }
        assertThat(gauge.status().state()).isEqualTo(State.FOLLOWING);
        gauge.stands("G1", 500);
        assertThat(gauge.status().lag()).contains(new CaptureStatus.Lag(0, 0));
        assertThat(gauge.status().totals().revisions()).isEqualTo(400);
    }

    @Test
    void whileTheSourceIsAwayTheLagGrowsFromTheLastProof() {
        CaptureGauge gauge = continued(100, START);
        gauge.reached(100);
        gauge.watching(100);
        now += 60_000;
        assertThat(gauge.status().lag()).contains(new CaptureStatus.Lag(0, 0));
        gauge.known(100);
        gauge.away(away());
        now += 5_000;
        CaptureStatus status = gauge.status();
        assertThat(status.state()).isEqualTo(State.WAITING_FOR_ETCD);
        assertThat(status.problem()).isEqualTo("nobody answers");
        assertThat(status.lag()).contains(new CaptureStatus.Lag(0, 5_000));
        assertThat(status.totals().reconnects()).containsEntry(ReconnectCause.OTHER, 1L);
        gauge.reached(100);
        gauge.watching(100);
        assertThat(gauge.status().lag()).contains(new CaptureStatus.Lag(0, 0));
    }

    @Test
    void whileKafkaIsAwayTheOldestRevisionThatWaitsCounts() {
        CaptureGauge gauge = continued(100, START);
        gauge.reached(100);
        gauge.watching(100);
        gauge.received(101);
        now += 30_000;
        gauge.received(102);
        gauge.kafkaAway(new KafkaException("no broker"));
        now += 1_000;
        assertThat(gauge.status().state()).isEqualTo(State.WAITING_FOR_KAFKA);
        assertThat(gauge.status().problem()).isEqualTo("no broker");
        assertThat(gauge.status().lag()).contains(new CaptureStatus.Lag(2, 31_000));
        gauge.committed(1, 50, OptionalLong.of(now + 2_005));
        gauge.stands("G1", 101);
        assertThat(gauge.status().state()).isEqualTo(State.FOLLOWING);
        assertThat(gauge.status().lag()).contains(new CaptureStatus.Lag(1, 1_000));
        assertThat(gauge.status().clockSkewMillis()).hasValue(2_005);
    }

    @Test
    void anotherGenerationWaitsForItsBase() {
        CaptureGauge gauge = continued(100, START);
        assertThat(gauge.status().base()).isEqualTo(Base.READY);
        gauge.stands("G2", 400);
        assertThat(gauge.status().base()).isEqualTo(Base.PENDING);
        assertThat(gauge.status().totals().revisions()).isZero();
        gauge.baseReady();
        assertThat(gauge.status().base()).isEqualTo(Base.READY);
    }

    @Test
    void theFirstReasonOfAnEndIsKept() {
        CaptureGauge gauge = gauge();
        gauge.stopped("fenced");
        gauge.stopped("closed");
        assertThat(gauge.status().state()).isEqualTo(State.STOPPED);
        assertThat(gauge.status().problem()).isEqualTo("fenced");
    }
}
