package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.capture.Backoff;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.capture.status.CaptureStatus.ReconnectCause;
import dev.tidemark.capture.status.CaptureStatus.State;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CaptureFleetTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofMillis(300);

    private final FakeCluster prod = new FakeCluster("prod");
    private final FakeCluster stage = new FakeCluster("stage");
    private final List<CaptureFleet> opened = new ArrayList<>();

    /** A cluster whose capture does what the test says; it ends by a failure, or when it is closed. */
    private static final class FakeCluster {
        private final String name;
        private final AtomicInteger begun = new AtomicInteger();
        private final BlockingQueue<RuntimeException> failures = new LinkedBlockingQueue<>();
        private final CountDownLatch told = new CountDownLatch(1);
        private volatile boolean hangsInClose;
        private volatile long transactions;
        private volatile State state = State.STARTING;

        /** What a try comes to. */
        private volatile State working = State.FOLLOWING;

        private volatile String problem = "";

        FakeCluster(String name) {
            this.name = name;
        }

        CaptureKeeper keeper() {
            return new CaptureKeeper(
                    name,
                    () -> new Attempt(this::run, this::status, this::close),
                    new Backoff(Duration.ofMillis(1), Duration.ofMillis(8)));
        }

        private void run() {
            begun.incrementAndGet();
            state = working;
            try {
                while (told.getCount() > 0 || hangsInClose) {
                    RuntimeException failure = failures.poll(5, TimeUnit.MILLISECONDS);
                    if (failure != null) {
                        state = State.STOPPED;
                        problem = failure.getMessage();
                        throw failure;
                    }
                }
            } catch (InterruptedException e) {
                throw Pause.interrupted(e);
            }
        }

        private void close() {
            told.countDown();
        }

        private CaptureStatus status() {
            return new CaptureStatus(
                    name,
                    state,
                    problem,
                    "",
                    CaptureStatus.Base.NONE,
                    new CaptureStatus.Revisions(0, 0, 0),
                    Optional.empty(),
                    Optional.empty(),
                    new CaptureStatus.Totals(0, 0, 0, transactions, noReconnects()),
                    new CaptureStatus.SpoolUse(0, 0, 0),
                    OptionalLong.empty(),
                    0);
        }

        private static Map<ReconnectCause, Long> noReconnects() {
            return Arrays.stream(ReconnectCause.values()).collect(Collectors.toMap(cause -> cause, cause -> 0L));
        }

        void fail(Failure failure) {
            failures.add(new CaptureException(failure, name + " has failed: " + failure, "look at it"));
        }

        void awaitBegun(int times) {
            Eventually.eventually(PATIENCE, () -> assertThat(begun).hasValueGreaterThanOrEqualTo(times));
        }
    }

    private CaptureFleet fleet(CaptureKeeper... keepers) {
        CaptureFleet fleet = new CaptureFleet(List.of(keepers), GRACE);
        opened.add(fleet);
        return fleet;
    }

    @AfterEach
    void end() {
        prod.hangsInClose = false;
        opened.forEach(CaptureFleet::close);
        prod.close();
    }

    private static CompletableFuture<Throwable> running(CaptureFleet fleet) {
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                fleet.run();
                end.complete(null);
            } catch (RuntimeException | Error e) {
                end.complete(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return end;
    }

    private static Throwable outcome(CompletableFuture<Throwable> end) throws Exception {
        return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aClusterThatFailsIsTriedAgainAndTheOtherGoesOn() throws Exception {
        CaptureFleet fleet = fleet(prod.keeper(), stage.keeper());
        CompletableFuture<Throwable> end = running(fleet);
        stage.awaitBegun(1);
        List<Failure> failures =
                List.of(Failure.UNAVAILABLE, Failure.FENCED, Failure.INTERNAL, Failure.USAGE, Failure.REFUSED);
        for (int i = 0; i < failures.size(); i++) {
            prod.awaitBegun(i + 1);
            prod.fail(failures.get(i));
        }
        prod.failures.add(new IllegalStateException("a defect"));
        prod.awaitBegun(failures.size() + 2);
        assertThat(stage.begun).hasValue(1);
        assertThat(end).isNotDone();
        fleet.close();
        assertThat(outcome(end)).isNull();
    }

    @Test
    void theStatusSaysWhyAClusterIsNotCaptured() throws Exception {
        CaptureKeeper slow = new CaptureKeeper(
                "prod",
                () -> new Attempt(prod::run, prod::status, prod::close),
                new Backoff(Duration.ofHours(1), Duration.ofHours(1)));
        CaptureFleet fleet = fleet(slow, stage.keeper());
        CompletableFuture<Throwable> end = running(fleet);
        stage.awaitBegun(1);
        prod.fail(Failure.UNAVAILABLE);
        Eventually.eventually(PATIENCE, () -> {
            CaptureStatus status = fleet.statuses().get(0).get();
            assertThat(status.cluster()).isEqualTo("prod");
            assertThat(status.state()).isEqualTo(State.STOPPED);
            assertThat(status.problem()).isEqualTo("prod has failed: UNAVAILABLE");
        });
        assertThat(fleet.statuses().get(1).get().state()).isEqualTo(State.FOLLOWING);
        // the pause of an hour does not hold it up
        fleet.close();
        assertThat(outcome(end)).isNull();
    }

    @Test
    void oneThatDoesNotEndIsLeftBehindAndHoldsUpNobody() throws Exception {
        prod.hangsInClose = true;
        CaptureKeeper hanging = new CaptureKeeper(
                "prod",
                () -> new Attempt(prod::run, prod::status, CaptureFleetTest::hang),
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(8)));
        CaptureFleet fleet = fleet(hanging, stage.keeper());
        CompletableFuture<Throwable> end = running(fleet);
        prod.awaitBegun(1);
        stage.awaitBegun(1);
        fleet.close();
        assertThat(stage.told.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(outcome(end)).isNull();
    }

    private static void hang() {
        new CompletableFuture<Void>().join();
    }

    @Test
    void itEndsOnlyIfNoClusterCouldEverBegin() throws Exception {
        prod.working = State.STARTING;
        stage.working = State.STARTING;
        CaptureFleet fleet = fleet(prod.keeper(), stage.keeper());
        CompletableFuture<Throwable> end = running(fleet);
        stage.fail(Failure.USAGE);
        stage.awaitBegun(2);
        assertThat(end).isNotDone();
        prod.fail(Failure.REFUSED);
        assertThat(outcome(end)).isInstanceOfSatisfying(CaptureException.class, e -> assertThat(e.failure())
                .isEqualTo(Failure.REFUSED));
    }

    @Test
    void whoStandsByAfterAFirstStartThatFailedIsNotHopeless() throws Exception {
        stage.working = State.STANDBY;
        CaptureFleet fleet = fleet(prod.keeper(), stage.keeper());
        CompletableFuture<Throwable> end = running(fleet);
        stage.fail(Failure.USAGE);
        stage.awaitBegun(2);
        prod.fail(Failure.USAGE);
        prod.awaitBegun(2);
        assertThat(end).isNotDone();
        fleet.close();
        assertThat(outcome(end)).isNull();
    }

    @Test
    void whatHasCapturedOrIsOnlyAwayIsNotHopeless() throws Exception {
        prod.transactions = 1;
        CaptureFleet fleet = fleet(prod.keeper(), stage.keeper());
        CompletableFuture<Throwable> end = running(fleet);
        prod.fail(Failure.REFUSED);
        stage.fail(Failure.REFUSED);
        prod.awaitBegun(2);
        stage.awaitBegun(2);
        stage.fail(Failure.UNAVAILABLE);
        stage.awaitBegun(3);
        assertThat(end).isNotDone();
        fleet.close();
        assertThat(outcome(end)).isNull();
    }

    @Test
    void anErrorEndsAll() throws Exception {
        CaptureKeeper broken = new CaptureKeeper(
                "prod", () -> new Attempt(CaptureFleetTest::exhaust, prod::status, prod::close), new Backoff());
        CaptureFleet fleet = fleet(broken, stage.keeper());
        assertThat(outcome(running(fleet))).isInstanceOf(OutOfMemoryError.class);
        assertThat(stage.told.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private static void exhaust() {
        throw new OutOfMemoryError("as in a test");
    }

    @Test
    void aSingleClusterEndsWithItsFailure() throws Exception {
        CaptureFleet fleet = fleet(prod.keeper());
        CompletableFuture<Throwable> end = running(fleet);
        prod.fail(Failure.UNAVAILABLE);
        assertThat(outcome(end)).isInstanceOfSatisfying(CaptureException.class, e -> assertThat(e.failure())
                .isEqualTo(Failure.UNAVAILABLE));
        assertThat(prod.begun).hasValue(1);
    }

    @Test
    void moreClustersThanFitIntoTheHeapAreRefused() {
        CaptureFleet.requireRoom(1, 16L << 20);
        CaptureFleet.requireRoom(4, 192L << 20);
        assertThatThrownBy(() -> CaptureFleet.requireRoom(5, 200L << 20))
                .isInstanceOfSatisfying(CaptureException.class, e -> {
                    assertThat(e)
                            .hasMessageContaining("5 clusters need about 240 MiB of heap")
                            .hasMessageContaining("has 200 MiB");
                    assertThat(e.hint()).contains("-Xmx304m");
                    assertThat(e.failure()).isEqualTo(Failure.USAGE);
                });
    }

    @Test
    void pausesGrowFromASecondToAMinute() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pauses.add(backoff.next().toSeconds());
        }
        assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    }
}
