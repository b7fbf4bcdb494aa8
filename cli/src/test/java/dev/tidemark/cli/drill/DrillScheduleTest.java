package dev.tidemark.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.restorer.verify.DrillReport;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.schemas.Failure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class DrillScheduleTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_000_000);
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

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
                clock)) {
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
                clock)) {
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
                clock)) {
            Eventually.until(PATIENCE, () -> of(schedule, 1).runs(), runs -> runs == 1);
            assertThat(of(schedule, 0)).isEqualTo(new DrillStatus("a", 0, 0, 1, Optional.empty()));
        }
    }

    @Test
    void nothingIsDrilledWithoutAnInterval() {
        try (DrillSchedule schedule = DrillSchedule.start(
                List.of(cluster("a", OptionalLong.empty(), () -> report(""))), Duration.ZERO, clock)) {
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
                clock);
        Eventually.until(PATIENCE, begun::getCount, count -> count == 0);
        long started = System.nanoTime();
        schedule.close();
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
        assertThat(of(schedule, 0).errors()).isZero();
    }
}
