package dev.tidemark.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WarpedClockTest {
    private long wall = 1_000_000;
    private long steady;
    private final WarpedClock clock =
            new WarpedClock(() -> Instant.ofEpochMilli(wall), () -> TimeUnit.MILLISECONDS.toNanos(steady));

    @Test
    void whileBothClocksAgreeTheTimeIsAPoint() {
        pass(Duration.ofHours(3));
        assertThat(clock.read()).isEqualTo(new WarpedClock.Reading(wall, wall, steady * 1_000_000));
    }

    @Test
    void aClockThatIsSlewedIsFollowed() {
        for (int second = 0; second < 100_000; second += 10) {
            pass(Duration.ofSeconds(10));
            wall += 5;
            assertThat(clock.read()).isEqualTo(new WarpedClock.Reading(wall, wall, steady * 1_000_000));
        }
    }

    @Test
    void afterAJumpForwardTheTimeLiesBetweenBothClocks() {
        pass(Duration.ofMinutes(1));
        wall += 600_000;
        assertThat(clock.read()).isEqualTo(new WarpedClock.Reading(1_060_000, 1_660_000, steady * 1_000_000));
        wall -= 600_000;
        assertThat(clock.read()).isEqualTo(new WarpedClock.Reading(1_060_000, 1_060_000, steady * 1_000_000));
    }

    @Test
    void afterAJumpBackToo() {
        wall -= 600_000;
        assertThat(clock.read()).isEqualTo(new WarpedClock.Reading(400_000, 1_000_000, steady * 1_000_000));
    }

    @Test
    void aJumpThatStaysIsBelievedAfterAQuarterOfAnHour() {
        wall += 600_000;
        clock.read();
        pass(Duration.ofMinutes(14));
        assertThat(clock.read().earliestMillis()).isEqualTo(wall - 600_000);
        pass(Duration.ofMinutes(1));
        assertThat(clock.read()).isEqualTo(new WarpedClock.Reading(wall, wall, steady * 1_000_000));
    }

    @Test
    void anotherJumpStartsTheQuarterOfAnHourAgain() {
        wall += 600_000;
        clock.read();
        pass(Duration.ofMinutes(14));
        wall += 60_000;
        clock.read();
        pass(Duration.ofMinutes(2));
        assertThat(clock.read().earliestMillis()).isEqualTo(wall - 660_000);
    }

    @Test
    void aWitnessThatDisagreesWidensTheSpanFromTheStart() {
        clock.witness(wall - 600_000);
        pass(Duration.ofMinutes(1));
        assertThat(clock.read().earliestMillis()).isEqualTo(wall - 600_000);
        assertThat(clock.read().latestMillis()).isEqualTo(wall);
        clock.witness(wall - 1_500);
        assertThat(clock.read()).isEqualTo(new WarpedClock.Reading(wall, wall, steady * 1_000_000));
    }

    private void pass(Duration time) {
        wall += time.toMillis();
        steady += time.toMillis();
    }
}
