package dev.tidemark.capture.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShortfallTest {
    private static final long LIMIT = 1_000;
    private static final long SECOND = 1_000_000_000;

    private boolean helpless;
    private final Shortfall shortfall = new Shortfall(LIMIT, () -> helpless);
    private long now = -5 * SECOND;
    private long last = 7;

    /** The watch delivers something, and owes so much after it. */
    private Duration after(Duration time, long owed) {
        now += time.toNanos();
        return shortfall.see(owed, ++last, now);
    }

    private boolean isTooLong(Duration lasting) {
        return shortfall.isTooLong(lasting, revision -> false);
    }

    private Duration afterMillis(long millis, long owed) {
        return after(Duration.ofMillis(millis), owed);
    }

    @Test
    void whatComesNoNearerForTwoSecondsIsToldWithItsTime() {
        for (int i = 0; i < 5; i++) {
            assertThat(afterMillis(500, LIMIT + 1 + i)).isZero();
        }
        assertThat(afterMillis(500, LIMIT + 9)).isEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    void whatComesNearerHoweverSlowlyIsKept() {
        for (int i = 0; i < 100; i++) {
            assertThat(afterMillis(1_900, LIMIT + 1_000 - i)).isZero();
        }
    }

    @Test
    void twoSightingsFarApartMayBeAStallOfOurOwn() {
        assertThat(afterMillis(500, LIMIT + 5)).isZero();
        assertThat(afterMillis(60_000, LIMIT + 6)).isZero();
    }

    @Test
    void onceNearEnoughTheTimeBeginsAnew() {
        afterMillis(500, LIMIT + 5);
        afterMillis(500, 0);
        afterMillis(3_600_000, LIMIT + 5);
        for (int i = 0; i < 4; i++) {
            assertThat(afterMillis(400, LIMIT + 6 + i)).isZero();
        }
    }

    @Test
    void aWatchThatDeliversNothingIsJudgedElsewhere() {
        for (int i = 0; i < 100; i++) {
            now += SECOND;
            assertThat(shortfall.see(LIMIT + 5 + i, last, now)).isZero();
        }
    }

    @Test
    void whereASnapshotIsUnderWayOrNotAllowedNothingIsToBeDone() {
        helpless = true;
        for (int i = 0; i < 100; i++) {
            assertThat(afterMillis(500, LIMIT + 5 + i)).isZero();
        }
    }

    @Test
    void eachSnapshotMakesTheNextWatchLastLongerThanItTookItself() {
        assertThat(isTooLong(Duration.ofMillis(2_001))).isTrue();
        shortfall.replaced(Duration.ofSeconds(1));
        assertThat(isTooLong(Duration.ofSeconds(4))).isFalse();
        assertThat(isTooLong(Duration.ofMillis(4_001))).isTrue();
        shortfall.replaced(Duration.ofSeconds(20));
        assertThat(isTooLong(Duration.ofSeconds(20))).isFalse();
        for (int i = 0; i < 10; i++) {
            shortfall.replaced(Duration.ofSeconds(1));
        }
        assertThat(isTooLong(Duration.ofMinutes(5))).isFalse();
        assertThat(isTooLong(Duration.ofSeconds(301))).isTrue();
    }

    @Test
    void aMinuteNearEnoughMakesThePastForgotten() {
        shortfall.replaced(Duration.ofSeconds(20));
        afterMillis(0, LIMIT);
        afterMillis(60_001, LIMIT);
        assertThat(isTooLong(Duration.ofSeconds(3))).isTrue();
    }

    @Test
    void aLargeFileIsWorthALongerWatchFromTheBeginning() {
        shortfall.begin(400_000_000);
        assertThat(isTooLong(Duration.ofSeconds(10))).isFalse();
        assertThat(isTooLong(Duration.ofSeconds(11))).isTrue();
    }

    @Test
    void aCompactionThatHasOvertakenTheRevisionAtWhichTheWatchFellBehindIsNotWaitedFor() {
        shortfall.replaced(Duration.ofMinutes(1));
        afterMillis(500, LIMIT + 1);
        long fellBehindAt = last;
        for (int i = 0; i < 5; i++) {
            afterMillis(500, LIMIT + 2 + i);
        }
        assertThat(shortfall.isTooLong(Duration.ofSeconds(3), revision -> revision < fellBehindAt))
                .isFalse();
        assertThat(shortfall.isTooLong(Duration.ofSeconds(3), revision -> revision < fellBehindAt + 1))
                .isTrue();
    }
}
