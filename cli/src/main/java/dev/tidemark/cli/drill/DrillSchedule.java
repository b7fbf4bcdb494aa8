package dev.tidemark.cli.drill;

import dev.tidemark.restorer.verify.DrillReport;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drills each cluster once an interval, one after the other, until it is closed. When the last drill was stands in the
 * archive, so that a restart begins no new interval, and several services together drill as often as one.
 */
public final class DrillSchedule implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DrillSchedule.class);
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(1);
    private static final Duration AFTER_AN_ERROR = Duration.ofMinutes(10);
    private static final Duration DEATH = Duration.ofSeconds(15);

    private final Duration interval;
    private final Clock clock;
    private final List<Turn> turns;
    private final Thread thread = new Thread(this::run, "tidemark-drills");
    private volatile boolean closed;

    /**
     * A cluster that is drilled.
     *
     * @param name its name
     * @param lastStartedAt when the last recorded drill began, milliseconds since the epoch
     * @param drill one drill
     */
    public record Cluster(String name, Supplier<OptionalLong> lastStartedAt, Supplier<DrillReport> drill) {}

    /** A cluster, and when it is its turn again. */
    private static final class Turn {
        private final Cluster cluster;
        private volatile DrillStatus status;
        private long notBefore;

        Turn(Cluster cluster) {
            this.cluster = cluster;
            this.status = DrillStatus.none(cluster.name);
        }
    }

    private DrillSchedule(List<Cluster> clusters, Duration interval, Clock clock) {
        this.interval = interval;
        this.clock = clock;
        this.turns = clusters.stream().map(Turn::new).toList();
    }

    /**
     * Begins to drill.
     *
     * @param interval none are drilled if it is zero
     */
    public static DrillSchedule start(List<Cluster> clusters, Duration interval, Clock clock) {
        DrillSchedule schedule = new DrillSchedule(interval.isZero() ? List.of() : clusters, interval, clock);
        schedule.thread.setDaemon(true);
        if (!schedule.turns.isEmpty()) {
            schedule.thread.start();
        }
        return schedule;
    }

    /** How each cluster's drills stand whenever it is asked. */
    public List<Supplier<DrillStatus>> statuses() {
        List<Supplier<DrillStatus>> all = new ArrayList<>();
        turns.forEach(turn -> all.add(() -> turn.status));
        return all;
    }

    private void run() {
        long look = Math.min(LONGEST_LOOK.toMillis(), Math.max(1_000, interval.toMillis() / 10));
        try {
            while (!closed) {
                turns.forEach(this::drillIfDue);
                Thread.sleep(look);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whatever goes wrong with a drill is said and counted, and tried again later: the service has other work. */
    @SuppressWarnings("CatchingUnchecked")
    private void drillIfDue(Turn turn) {
        if (closed || clock.millis() < turn.notBefore) {
            return;
        }
        try {
            OptionalLong last = turn.cluster.lastStartedAt.get();
            if (last.isPresent() && clock.millis() < last.getAsLong() + interval.toMillis()) {
                turn.notBefore = last.getAsLong() + interval.toMillis();
                return;
            }
            DrillReport report = turn.cluster.drill.get();
            turn.status = turn.status.after(report, clock.millis());
            turn.notBefore = clock.millis() + interval.toMillis() - report.millis();
            if (report.ok()) {
                log.info(
                        "drill of {}: revision {} boots as it was, in {} ms",
                        turn.cluster.name,
                        report.revision(),
                        report.millis());
            } else {
                log.error(
                        "drill of {} FAILED at revision {}: {}",
                        turn.cluster.name,
                        report.revision(),
                        report.difference());
            }
        } catch (RuntimeException e) {
            if (closed) {
                return;
            }
            turn.status = turn.status.afterError();
            turn.notBefore = clock.millis() + Math.min(interval.toMillis(), AFTER_AN_ERROR.toMillis());
            log.warn("drill of {} could not be done: {}", turn.cluster.name, e.getMessage());
            log.debug("the drill's failure", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(DEATH.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
