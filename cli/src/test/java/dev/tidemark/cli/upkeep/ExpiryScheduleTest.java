package dev.tidemark.cli.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.retention.Amount;
import dev.tidemark.archive.retention.ExpiryReport;
import dev.tidemark.archive.retention.Locks;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.schemas.Failure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ExpiryScheduleTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RandomGenerator AT_ONCE = () -> 0L;

    private final Hand hand = new Hand();
    private final List<Instant> runs = new ArrayList<>();

    private static ExpiryReport report(long deleted) {
        return new ExpiryReport(
                Locks.NONE, Amount.NONE, Amount.NONE, new Amount(deleted, 10 * deleted), Optional.empty());
    }

    private ExpirySchedule.Cluster cluster(String name, Supplier<ExpiryReport> expiry) {
        return new ExpirySchedule.Cluster(name, HOUR, () -> {
            runs.add(hand.instant());
            return expiry.get();
        });
    }

    private static ExpiryStatus of(ExpirySchedule schedule, int cluster) {
        return schedule.statuses().get(cluster).get();
    }

    private static ArchiveException failure(Failure kind) {
        return new ArchiveException(kind, "the store is away", "wait");
    }

    @Test
    void theFirstTurnComesWithinAQuarterOfTheIntervalAndTheOthersOnceInEach() {
        Instant start = hand.instant();
        ExpirySchedule schedule = new ExpirySchedule(List.of(cluster("a", () -> report(2))), hand, new Random(7));
        for (int minute = 0; minute < 300; minute++) {
            schedule.look();
            hand.pass(Duration.ofMinutes(1));
        }
        assertThat(runs).hasSize(5);
        assertThat(runs.get(0)).isBetween(start, start.plus(HOUR.dividedBy(4)).plusSeconds(60));
        for (int run = 1; run < runs.size(); run++) {
            assertThat(Duration.between(runs.get(run - 1), runs.get(run))).isEqualTo(HOUR);
        }
        assertThat(of(schedule, 0).runs()).isEqualTo(5);
        assertThat(of(schedule, 0).deletedObjects()).isEqualTo(10);
        assertThat(of(schedule, 0).deletedBytes()).isEqualTo(100);
    }

    @Test
    void aFailureIsSaidHoldsUpNoOtherClusterAndIsTriedAgainAtTheNextTurn() {
        List<RuntimeException> failures = new ArrayList<>(List.of(failure(Failure.UNAVAILABLE)));
        ExpirySchedule schedule = new ExpirySchedule(
                List.of(
                        cluster("a", () -> {
                            if (!failures.isEmpty()) {
                                throw failures.remove(0);
                            }
                            return report(1);
                        }),
                        cluster("b", () -> report(1))),
                hand,
                AT_ONCE);
        schedule.look();
        assertThat(of(schedule, 0))
                .isEqualTo(new ExpiryStatus("a", 0, 1, 0, 0, "the store is away (hint: wait)", Optional.empty()));
        assertThat(of(schedule, 1).runs()).isOne();

        hand.pass(HOUR.minusMillis(1));
        schedule.look();
        assertThat(of(schedule, 0).errors()).isOne();

        hand.pass(Duration.ofMillis(1));
        schedule.look();
        assertThat(of(schedule, 0).problem()).isEmpty();
        assertThat(of(schedule, 0).runs()).isOne();
        assertThat(of(schedule, 0).errors()).isOne();
    }

    @Test
    void anotherOneThatDecidesAtTheSameTimeIsNoFailure() {
        ExpirySchedule schedule = new ExpirySchedule(
                List.of(cluster("a", () -> {
                    throw failure(Failure.FENCED);
                })),
                hand,
                AT_ONCE);
        schedule.look();
        assertThat(of(schedule, 0)).isEqualTo(ExpiryStatus.none("a"));
    }

    @Test
    void whatWasWrongBeforeIsOverOnceAnotherOneHasDecided() {
        List<Failure> failures = new ArrayList<>(List.of(Failure.UNAVAILABLE, Failure.FENCED));
        ExpirySchedule schedule = new ExpirySchedule(
                List.of(cluster("a", () -> {
                    throw failure(failures.remove(0));
                })),
                hand,
                AT_ONCE);
        schedule.look();
        assertThat(of(schedule, 0).problem()).isNotEmpty();
        hand.pass(HOUR);
        schedule.look();
        assertThat(of(schedule, 0)).isEqualTo(new ExpiryStatus("a", 0, 1, 0, 0, "", Optional.empty()));
    }

    @Test
    void whateverAnExpiryThrowsIsCountedAndTheNextTurnComes() {
        List<Error> errors = new ArrayList<>(List.of(new OutOfMemoryError("on purpose")));
        ExpirySchedule schedule = new ExpirySchedule(
                List.of(cluster("a", () -> {
                    if (!errors.isEmpty()) {
                        throw errors.remove(0);
                    }
                    return report(0);
                })),
                hand,
                AT_ONCE);
        schedule.look();
        assertThat(of(schedule, 0).problem()).contains("OutOfMemoryError");
        hand.pass(HOUR);
        schedule.look();
        assertThat(of(schedule, 0).runs()).isOne();
    }

    @Test
    void nothingBeginsWithoutAClusterAndClosingInterruptsWhatIsUnderWay() {
        try (ExpirySchedule none = ExpirySchedule.start(List.of(), hand, AT_ONCE)) {
            assertThat(none.statuses()).isEmpty();
        }
        CountDownLatch begun = new CountDownLatch(1);
        ExpirySchedule schedule = ExpirySchedule.start(
                List.of(cluster("a", () -> {
                    begun.countDown();
                    try {
                        Thread.sleep(PATIENCE.toMillis() * 10);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("interrupted", e);
                    }
                    return report(0);
                })),
                hand,
                AT_ONCE);
        Eventually.until(PATIENCE, begun::getCount, count -> count == 0);
        long started = System.nanoTime();
        schedule.close();
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
        assertThat(of(schedule, 0).errors()).isZero();
    }

    /** A clock that is set by hand. */
    private static final class Hand extends Clock {
        private Instant now = Instant.ofEpochMilli(1_000_000);

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
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
}
