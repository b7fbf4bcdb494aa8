package dev.tidemark.etcd.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SnapshotPaceTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void aSmallOneIsReadAtFortyMegabytesASecond() {
        SnapshotPace pace = new SnapshotPace(80_000_000, Duration.ofSeconds(10));
        assertThat(pace.pauseNanos(40_000_000, 0)).isEqualTo(SECOND);
        assertThat(pace.pauseNanos(40_000_000, SECOND)).isZero();
        assertThat(pace.pauseNanos(40_000_000, 2 * SECOND)).isNegative();
    }

    @Test
    void aLargeOneTakesNoLongerThanAllowed() {
        SnapshotPace pace = new SnapshotPace(8_000_000_000L, Duration.ofSeconds(10));
        assertThat(pace.pauseNanos(8_000_000_000L, 0)).isEqualTo(10 * SECOND);
    }

    @Test
    void withoutTimeItIsReadAtFullSpeed() {
        assertThat(new SnapshotPace(8_000_000_000L, Duration.ZERO).pauseNanos(8_000_000_000L, 0))
                .isZero();
        assertThat(new SnapshotPace(0, Duration.ofSeconds(10)).pauseNanos(0, 0)).isZero();
    }
}
