package dev.tidemark.cli.drill;

import dev.tidemark.cli.upkeep.Rounds;
import dev.tidemark.restorer.verify.DrillReport;
import dev.tidemark.schemas.TidemarkException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drills each cluster once an interval, one after the other, until it is closed. When the last drill was stands in the
 * archive, so that a restart begins no new interval, and several services together drill as often as one: when an interval
 * is over, each waits for a random part of a quarter of it, and looks whether another one has drilled meanwhile. Two
 * whose waits differ by less than a drill takes both drill, once, and draw anew for the next turn.
 */
public final class DrillSchedule implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DrillSchedule.class);
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(1);
    private static final Duration AFTER_AN_ERROR = Duration.ofMinutes(10);
    private static final int SHARE = 4;

    private final Duration interval;
    private final Clock clock;
    private final RandomGenerator random;
    private final List<Turn> turns;
    private final Rounds rounds;

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
        /** Whether it has drawn its wait since the last drill that it knows of. */
        private boolean drawn;

        Turn(Cluster cluster) {
            this.cluster = cluster;
            this.status = DrillStatus.none(cluster.name);
        }
    }

    /** A schedule without a thread: who has it calls {@link #look} as often as it likes. */
    DrillSchedule(List<Cluster> clusters, Duration interval, Clock clock, RandomGenerator random) {
        this.interval = interval;
        this.clock = clock;
        this.random = random;
        this.turns = clusters.stream().map(Turn::new).toList();
        long pause = Math.min(LONGEST_LOOK.toMillis(), Math.max(1_000, interval.toMillis() / 10));
        this.rounds = new Rounds("tidemark-drills", Duration.ofMillis(pause), this::look);
    }

    /**
     * Begins to drill.
     *
     * @param interval none are drilled if it is zero
     * @param random must differ from that of other services
     */
    public static DrillSchedule start(List<Cluster> clusters, Duration interval, Clock clock, RandomGenerator random) {
        DrillSchedule schedule = new DrillSchedule(interval.isZero() ? List.of() : clusters, interval, clock, random);
        if (!schedule.turns.isEmpty()) {
            schedule.rounds.start();
        }
        return schedule;
    }

    /** How each cluster's drills stand whenever it is asked. */
    public List<Supplier<DrillStatus>> statuses() {
        List<Supplier<DrillStatus>> all = new ArrayList<>();
        turns.forEach(turn -> all.add(() -> turn.status));
        return all;
    }

    /** Drills every cluster whose turn it is. */
    void look() {
        turns.forEach(this::drillIfDue);
    }

    /**
     * Whatever goes wrong with a drill is said and counted, and tried again later: the service has other work, and without
     * its thread nobody would notice that no drill comes any more.
     */
    @SuppressWarnings("CatchingUnchecked")
    private void drillIfDue(Turn turn) {
        if (rounds.isClosed() || clock.millis() < turn.notBefore) {
            return;
        }
        try {
            if (!isDue(turn)) {
                return;
            }
            DrillReport report = turn.cluster.drill.get();
            turn.drawn = false;
            turn.status = turn.status.after(report, clock.millis());
            turn.notBefore = clock.millis() + interval.toMillis() - report.millis();
            say(turn.cluster.name, report);
        } catch (TidemarkException e) {
            if (rounds.isClosed()) {
                return;
            }
            failed(turn, e.withHint());
            log.warn("drill of {} could not be done: {}", turn.cluster.name, e.withHint());
            log.debug("the drill's failure", e);
        } catch (RuntimeException | Error e) {
            if (rounds.isClosed()) {
                return;
            }
            failed(turn, e.toString());
            log.error("drill of {} broke off", turn.cluster.name, e);
        }
    }

    private static void say(String cluster, DrillReport report) {
        String note = report.note().isEmpty() ? "" : "; " + report.note();
        if (report.ok()) {
            log.info(
                    "drill of {}: revision {} boots as it was, in {} ms{}",
                    cluster,
                    report.revision(),
                    report.millis(),
                    note);
        } else if (report.restored()) {
            log.error("drill of {} FAILED at revision {}: {}{}", cluster, report.revision(), report.difference(), note);
        } else {
            log.error("drill of {} FAILED: {}{}", cluster, report.difference(), note);
        }
    }

    /** Looks into the archive whenever it may be its turn, so that of several services the first to drill is seen. */
    private boolean isDue(Turn turn) {
        OptionalLong last = turn.cluster.lastStartedAt.get();
        long now = clock.millis();
        if (last.isPresent() && now < last.getAsLong() + interval.toMillis()) {
            turn.notBefore = last.getAsLong() + interval.toMillis();
            turn.drawn = false;
        } else if (!turn.drawn) {
            turn.notBefore = now + random.nextLong(interval.toMillis() / SHARE + 1);
            turn.drawn = true;
        }
        return now >= turn.notBefore;
    }

    private void failed(Turn turn, String why) {
        turn.status = turn.status.afterError(why);
        turn.notBefore = clock.millis() + Math.min(interval.toMillis(), AFTER_AN_ERROR.toMillis());
    }

    @Override
    public void close() {
        rounds.close();
    }
}
