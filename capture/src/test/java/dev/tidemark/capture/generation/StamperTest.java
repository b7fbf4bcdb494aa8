package dev.tidemark.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StamperTest {
    private static final long MINUTES_10 = TimeUnit.MINUTES.toMillis(10);

    /** What really is the time. */
    private long now = 1_000_000;

    /** By how much the wall clock is wrong. */
    private long error;

    private final WarpedClock clock =
            new WarpedClock(() -> Instant.ofEpochMilli(now + error), () -> TimeUnit.MILLISECONDS.toNanos(now));

    @Test
    void capturedAtNeverRunsBack() {
        Stamper stamper = new Stamper(clock, 1_500_000);
        assertThat(stamper.stamp(revisions(2)).get(0).capturedAtMillis()).isEqualTo(1_500_000);
        now = 1_600_000;
        assertThat(stamper.stamp(revisions(3)).get(0).capturedAtMillis()).isEqualTo(1_600_000);
        error = -500;
        assertThat(stamper.stamp(revisions(4)).get(0).capturedAtMillis()).isEqualTo(1_600_000);
    }

    @Test
    void aDeliveryProvesNothingOfTheRevisionsAfterItSinceTheyMayHaveBeenUnderWay() {
        Stamper stamper = new Stamper(clock, 0);
        stamper.proven(1, clock.read());
        now += 60_000;
        assertThat(stamper.stamp(revisions(2)).get(0).notBeforeMillis()).isEqualTo(1_000_000);
        assertThat(stamper.stamp(revisions(3)).get(0).notBeforeMillis()).isEqualTo(1_000_000);
    }

    @Test
    void afterAnOutageOnlyRevisionsBeyondTheSourcesOwnAreNarrow() {
        Stamper stamper = new Stamper(clock, 0);
        stamper.provenBefore(10, 900_000);
        now = 1_059_000;
        stamper.proven(12, clock.read());
        now = 1_060_000;
        List<Change> stamped = stamper.stamp(revisions(11, 12, 13));
        assertThat(stamped).extracting(Change::notBeforeMillis).containsExactly(900_000L, 900_000L, 1_059_000L);
        assertThat(stamped).extracting(Change::capturedAtMillis).containsOnly(1_060_000L);
    }

    @Test
    void progressMovesNotBeforeWithoutARevision() {
        Stamper stamper = new Stamper(clock, 0);
        stamper.stamp(revisions(5));
        now = 1_030_000;
        stamper.proven(5, clock.read());
        now = 1_031_000;
        assertThat(stamper.stamp(revisions(6)).get(0).notBeforeMillis()).isEqualTo(1_030_000);
    }

    @Test
    void aProofOfAnotherMachineWhoseClockIsAheadProvesNothing() {
        Stamper stamper = new Stamper(clock, 0);
        stamper.provenBefore(5, 9_000_000);
        assertThat(stamper.stamp(revisions(6)).get(0).notBeforeMillis()).isZero();
    }

    @Test
    void aClockThatWasAheadFromTheStartTakesItsProofsBackWhenItIsSetRight() {
        error = MINUTES_10;
        WarpedClock ahead =
                new WarpedClock(() -> Instant.ofEpochMilli(now + error), () -> TimeUnit.MILLISECONDS.toNanos(now));
        Stamper stamper = new Stamper(ahead, 0);
        stamper.proven(5, ahead.read());
        error = 0;
        now += 1_000;
        Change after = stamper.stamp(revisions(6)).get(0);
        assertThat(after.notBeforeMillis()).isEqualTo(now - 1_000);
        assertThat(after.capturedAtMillis()).isGreaterThanOrEqualTo(now);
    }

    /** The clock jumps by up to ten minutes at any moment, there and back: the truth always lies between both bounds. */
    @Property
    void theMomentOfACommitLiesBetweenItsBoundsHoweverTheClockJumps(@ForAll long seed) {
        Random random = new Random(seed);
        now = 100 * MINUTES_10;
        error = 0;
        WarpedClock jumping =
                new WarpedClock(() -> Instant.ofEpochMilli(now + error), () -> TimeUnit.MILLISECONDS.toNanos(now));
        Stamper stamper = new Stamper(jumping, 0);
        long jumpedAt = now;
        long lastCapturedAt = 0;
        stamper.stamp(revisions(1));
        for (long revision = 2; revision < 400; revision++) {
            now += random.nextInt(2_000);
            if (random.nextInt(20) == 0) {
                error = error != 0 ? 0 : (random.nextBoolean() ? 1 : -1) * random.nextLong(5_000, MINUTES_10);
                jumpedAt = now;
            } else if (error != 0 && now - jumpedAt > MINUTES_10) {
                error = 0;
            }
            long committedAt = now;
            now += random.nextInt(100);
            Change stamped = stamper.stamp(revisions(revision)).get(0);
            assertThat(stamped.notBeforeMillis()).as("revision %d", revision).isLessThanOrEqualTo(committedAt);
            assertThat(stamped.capturedAtMillis()).isGreaterThanOrEqualTo(now).isGreaterThanOrEqualTo(lastCapturedAt);
            lastCapturedAt = stamped.capturedAtMillis();
            if (random.nextInt(3) == 0) {
                stamper.proven(revision, jumping.read());
            }
        }
    }

    private static List<Change> revisions(long... mains) {
        return Arrays.stream(mains)
                .mapToObj(main -> Change.delete(main, 0, new byte[] {1}, 0, 0))
                .toList();
    }
}
