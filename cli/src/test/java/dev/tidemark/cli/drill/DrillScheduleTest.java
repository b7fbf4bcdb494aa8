package dev.tidemark.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.cli.output.Logs;
import dev.tidemark.restorer.verify.DrillReport;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.schemas.Failure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class DrillScheduleTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_000_000);
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RandomGenerator AT_ONCE = () -> 0L;

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final AtomicInteger drills = new AtomicInteger();

    private static DrillReport report(String difference) {
        OptionalLong none = OptionalLong.empty();
        return new DrillReport("G1", 77, 5, none, none, none, none, "3.6.16", difference, "", 10);
    }

    private DrillSchedule.Cluster cluster(String name, OptionalLong last, Supplier<DrillReport> drill) {
        return new DrillSchedule.Cluster(name, () -> last, () -> {
            drills.incrementAndGet();
            return drill.get();
        });
    }

    private static DrillStatus of(DrillSchedule schedule, int cluster) {
        return schedule.statuses().get(cluster).get();
    }

    @Test
    void aClusterThatWasNeverDrilledHasItsTurnAtOnceAndOnceOnly() {
        try (DrillSchedule schedule = DrillSchedule.start(
                List.of(
                        cluster("a", OptionalLong.empty(), () -> report("")),
                        cluster("b", OptionalLong.empty(), () -> report("a key too many"))),
                INTERVAL,
                clock,
                AT_ONCE)) {
            Eventually.until(PATIENCE, () -> of(schedule, 1).runs(), runs -> runs == 1);
            assertThat(of(schedule, 0).failures()).isZero();
            assertThat(of(schedule, 0).last().orElseThrow().endedAtMillis()).isEqualTo(NOW.toEpochMilli());
            assertThat(of(schedule, 1).failures()).isOne();
        }
        assertThat(drills).hasValue(2);
    }

    @Test
    void whatAnotherServiceHasDrilledWithinTheIntervalWaits() {
        long justNow = NOW.toEpochMilli() - INTERVAL.toMillis() + 1;
        long longAgo = NOW.toEpochMilli() - INTERVAL.toMillis();
        try (DrillSchedule schedule = DrillSchedule.start(
                List.of(
                        cluster("waits", OptionalLong.of(justNow), () -> report("")),
                        cluster("drilled", OptionalLong.of(longAgo), () -> report(""))),
                INTERVAL,
                clock,
                AT_ONCE)) {
            Eventually.until(PATIENCE, () -> of(schedule, 1).runs(), runs -> runs == 1);
            assertThat(of(schedule, 0).runs()).isZero();
        }
    }

    @Test
    void aDrillThatCannotBeDoneIsCountedAndHoldsUpNoOther() {
        try (DrillSchedule schedule = DrillSchedule.start(
                List.of(
                        cluster("a", OptionalLong.empty(), () -> {
                            throw new DrillException(Failure.USAGE, "no etcd", "install it");
                        }),
                        cluster("b", OptionalLong.empty(), () -> report(""))),
                INTERVAL,
                clock,
                AT_ONCE)) {
            Eventually.until(PATIENCE, () -> of(schedule, 1).runs(), runs -> runs == 1);
            assertThat(of(schedule, 0))
                    .isEqualTo(new DrillStatus("a", 0, 0, 1, "no etcd (hint: install it)", Optional.empty()));
        }
    }

    @Test
    void nothingIsDrilledWithoutAnInterval() {
        try (DrillSchedule schedule = DrillSchedule.start(
                List.of(cluster("a", OptionalLong.empty(), () -> report(""))), Duration.ZERO, clock, AT_ONCE)) {
            assertThat(schedule.statuses()).isEmpty();
        }
        assertThat(drills).hasValue(0);
    }

    @Test
    void closingInterruptsADrillUnderWay() {
        CountDownLatch begun = new CountDownLatch(1);
        DrillSchedule schedule = DrillSchedule.start(
                List.of(cluster("a", OptionalLong.empty(), () -> {
                    begun.countDown();
                    try {
                        Thread.sleep(PATIENCE.toMillis() * 10);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("interrupted", e);
                    }
                    return report("");
                })),
                INTERVAL,
                clock,
                AT_ONCE);
        Eventually.until(PATIENCE, begun::getCount, count -> count == 0);
        long started = System.nanoTime();
        schedule.close();
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
        assertThat(of(schedule, 0).errors()).isZero();
    }

    @Test
    void twoServicesThatAreStartedTogetherDrillAsOftenAsOne() {
        DrilledHours hours = new DrilledHours();
        List<DrillSchedule> services = List.of(hours.service(1), hours.service(2));
        for (int minute = 0; minute < 40 * 60; minute++) {
            services.forEach(DrillSchedule::look);
            hours.pass(Duration.ofMinutes(1));
        }
        // a turn every hour to every hour and a quarter; some are drilled twice, as a drill takes its time
        assertThat(hours.drills).isBetween(32, 46);
        assertThat(services)
                .allSatisfy(service -> assertThat(of(service, 0).runs()).isGreaterThan(4));
    }

    @Test
    void aTurnWaitsForItsRandomPartOfAQuarterOfTheIntervalAndLooksAgain() {
        DrilledHours hours = new DrilledHours();
        DrillSchedule service = hours.service(3);
        service.look();
        assertThat(hours.drills).isZero();

        hours.pass(Duration.ofMinutes(16));
        hours.recordedByAnother();
        service.look();
        assertThat(hours.drills).isZero();

        hours.pass(Duration.ofMinutes(59));
        service.look();
        assertThat(hours.drills).isZero();

        hours.pass(Duration.ofMinutes(1));
        service.look();
        hours.pass(Duration.ofMinutes(16));
        service.look();
        assertThat(hours.drills).isOne();
    }

    @Test
    void whateverADrillThrowsIsCountedAndTheNextTurnComes() {
        DrilledHours hours = new DrilledHours();
        hours.broken = new OutOfMemoryError("on purpose");
        DrillSchedule service = hours.service(AT_ONCE);
        service.look();
        assertThat(of(service, 0))
                .isEqualTo(new DrillStatus("a", 0, 0, 1, "java.lang.OutOfMemoryError: on purpose", Optional.empty()));

        hours.pass(Duration.ofMinutes(9));
        service.look();
        assertThat(of(service, 0).errors()).isOne();

        hours.pass(Duration.ofMinutes(1));
        service.look();
        assertThat(of(service, 0).errors()).isEqualTo(2);

        hours.broken = null;
        hours.pass(Duration.ofMinutes(10));
        service.look();
        assertThat(of(service, 0).runs()).isOne();
        assertThat(of(service, 0).problem()).isEmpty();
    }

    @Test
    void theThreadOutlivesAnErrorAndAnInterruptThatIsLeftBehind() {
        AtomicInteger tries = new AtomicInteger();
        Duration soon = Duration.ofMillis(10);
        DrillSchedule.Cluster cluster = cluster("a", OptionalLong.empty(), () -> {
            Thread.currentThread().interrupt();
            if (tries.incrementAndGet() < 3) {
                throw new StackOverflowError("on purpose");
            }
            return report("");
        });
        try (DrillSchedule schedule = DrillSchedule.start(List.of(cluster), soon, Clock.systemUTC(), AT_ONCE)) {
            Eventually.until(PATIENCE, () -> of(schedule, 0).runs(), runs -> runs > 0);
            assertThat(of(schedule, 0).errors()).isEqualTo(2);
        }
    }

    @Test
    void anArchiveThatIsRefusedIsAFailedDrillAndSaidSo() {
        OptionalLong none = OptionalLong.empty();
        DrillReport refused = new DrillReport(
                "", 0, 0, none, none, none, none, "", "the restore was refused: d/1 is damaged (hint: verify)", "", 10);
        DrillSchedule schedule =
                new DrillSchedule(List.of(cluster("a", OptionalLong.empty(), () -> refused)), INTERVAL, clock, AT_ONCE);
        assertThat(Logs.of(DrillSchedule.class, schedule::look))
                .singleElement()
                .asString()
                .contains("ERROR", "drill of a FAILED: the restore was refused: d/1 is damaged (hint: verify)");
        assertThat(of(schedule, 0).failures()).isOne();
        assertThat(of(schedule, 0).errors()).isZero();
        assertThat(of(schedule, 0).problem()).contains("d/1 is damaged");
        assertThat(of(schedule, 0).last().orElseThrow().report().ok()).isFalse();
    }

    /** A cluster with an interval of an hour, whose drills take two minutes, until which they are not recorded. */
    private static final class DrilledHours extends Clock {
        private final TreeMap<Long, Long> startedByRecorded = new TreeMap<>();
        private long now = NOW.toEpochMilli();
        private int drills;
        private Error broken;

        DrillSchedule service(long seed) {
            return service(new Random(seed));
        }

        DrillSchedule service(RandomGenerator random) {
            return new DrillSchedule(
                    List.of(new DrillSchedule.Cluster("a", this::newest, this::drill)),
                    Duration.ofHours(1),
                    this,
                    random);
        }

        private OptionalLong newest() {
            Map.Entry<Long, Long> recorded = startedByRecorded.floorEntry(now);
            return recorded == null ? OptionalLong.empty() : OptionalLong.of(recorded.getValue());
        }

        private DrillReport drill() {
            if (broken != null) {
                throw broken;
            }
            drills++;
            startedByRecorded.put(now + Duration.ofMinutes(2).toMillis(), now);
            return report("");
        }

        void recordedByAnother() {
            startedByRecorded.put(now, now);
        }

        void pass(Duration time) {
            now += time.toMillis();
        }

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
}
