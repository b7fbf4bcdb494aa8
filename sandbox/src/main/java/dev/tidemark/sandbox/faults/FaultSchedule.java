package dev.tidemark.sandbox.faults;

import dev.tidemark.sandbox.SandboxException;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random faults, one after another, on a thread of its own. It ends by itself after the last one, and however it ends,
 * every fault has been ended. Thread-safe.
 */
public final class FaultSchedule implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FaultSchedule.class);

    private final List<FaultPlan.Step> steps;
    private final List<Fault> faults;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "faults");

    private FaultSchedule(FaultPlan plan, List<Fault> faults) {
        this.steps = plan.steps(faults.size());
        this.faults = List.copyOf(faults);
        thread.setDaemon(true);
    }

    /** Starts to inflict the plan's faults, each chosen from these; one that stands twice is chosen twice as often. */
    public static FaultSchedule start(FaultPlan plan, List<Fault> faults) {
        LOG.info("{} on {}", plan, faults);
        FaultSchedule schedule = new FaultSchedule(plan, faults);
        schedule.thread.start();
        return schedule;
    }

    private void run() {
        try {
            for (FaultPlan.Step step : steps) {
                if (isToldToEndWithin(step.pause())) {
                    return;
                }
                inflict(faults.get(step.fault()), step.time());
                done.incrementAndGet();
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        } finally {
            faults.forEach(this::end);
        }
    }

    private void inflict(Fault fault, Duration time) {
        LOG.debug("{} for {} ms", fault, time.toMillis());
        try {
            fault.begin();
            isToldToEndWithin(time);
        } finally {
            end(fault);
        }
    }

    /** Waits; a latch and not an interrupt ends that early, for what begins or ends a fault must not be cut short. */
    private boolean isToldToEndWithin(Duration time) {
        try {
            return ending.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new SandboxException(Failure.INTERNAL, "interrupted between two faults", "", e);
        }
    }

    /** A fault that cannot be ended must not keep the others from it. */
    private void end(Fault fault) {
        try {
            fault.end();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Faults that have begun and ended. */
    public int done() {
        return done.get();
    }

    public boolean isOver() {
        return !thread.isAlive();
    }

    /** Waits for the last fault's end; one that could not be inflicted or ended is thrown here. */
    public void await(Duration patience) {
        join(patience);
        if (!isOver()) {
            throw new SandboxException(
                    Failure.INTERNAL, "after %s only %d faults of %d".formatted(patience, done(), steps.size()), "");
        }
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    /** Ends the schedule now, with everything whole. */
    @Override
    public void close() {
        ending.countDown();
        join(Duration.ofMinutes(1));
    }

    private void join(Duration patience) {
        try {
            thread.join(patience.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException(Failure.INTERNAL, "interrupted while faults go on", "", e);
        }
    }
}
