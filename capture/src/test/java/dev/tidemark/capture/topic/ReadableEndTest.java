package dev.tidemark.capture.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadableEndTest {
    private final ReadableEnd end = new ReadableEnd();

    @Test
    void anEndThatMovesIsNotStuckThoughItIsNeverTheLast() {
        assertThat(at(0, 10, 12)).isZero();
        assertThat(at(60, 14, 16)).isZero();
        assertThat(at(120, 18, 18)).isZero();
    }

    @Test
    void anEndThatStandsStillIsStuckForAsLongAsThatWasSeen() {
        assertThat(at(0, 10, 12)).isZero();
        assertThat(at(60, 10, 20)).isEqualTo(60_000);
        assertThat(at(120, 10, 40)).isEqualTo(120_000);
        assertThat(at(180, 41, 42)).isZero();
        assertThat(at(240, 41, 42)).isEqualTo(60_000);
    }

    private long at(long second, long stable, long last) {
        return end.stuckMillis(stable, last, TimeUnit.SECONDS.toNanos(second));
    }
}
