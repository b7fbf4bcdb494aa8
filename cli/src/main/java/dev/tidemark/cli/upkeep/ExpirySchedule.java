package dev.tidemark.cli.upkeep;

import dev.tidemark.archive.retention.ExpiryReport;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies retention to each cluster once an interval, one after the other, until it is closed. The first turn comes after
 * a random part of a quarter of the interval, so that several services seldom meet, and one that is restarted often still
 * has its turns. Where they meet nevertheless, the archive lets one of them decide, and both may delete.
 */
public final class ExpirySchedule implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ExpirySchedule.class);
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(1);
    private static final int SHARE = 4;

    private final Clock clock;
    private final List<Turn> turns;
    private final Rounds rounds;

    /**
     * A cluster whose retention is applied.
     *
     * @param name its name
     * @param interval how often
     * @param expiry one run; must never shorten what is promised
     */
    public record Cluster(String name, Duration interval, Supplier<ExpiryReport> expiry) {}

    /** A cluster, and when it is its turn again. */
    private static final class Turn {
        private final Cluster cluster;
        private volatile ExpiryStatus status;
        private long notBefore;

        Turn(Cluster cluster, long notBefore) {
            this.cluster = cluster;
            this.status = ExpiryStatus.none(cluster.name);
            this.notBefore = notBefore;
        }
    }

    /** A schedule that has not begun: who has it may call {@link #look} as often as it likes. */
    ExpirySchedule(List<Cluster> clusters, Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.turns = clusters.stream()
                .map(cluster ->
                        new Turn(cluster, clock.millis() + random.nextLong(cluster.interval.toMillis() / SHARE + 1)))
                .toList();
        this.rounds = new Rounds("tidemark-expiries", pause(clusters), this::look);
    }

    /** Begins, if there is any cluster. */
    public static ExpirySchedule start(List<Cluster> clusters, Clock clock, RandomGenerator random) {
        ExpirySchedule schedule = new ExpirySchedule(clusters, clock, random);
        if (!clusters.isEmpty()) {
            schedule.rounds.start();
        }
        return schedule;
    }

    private static Duration pause(List<Cluster> clusters) {
        long tenth = clusters.stream()
                .mapToLong(cluster -> cluster.interval.toMillis() / 10)
                .min()
                .orElse(0);
        return Duration.ofMillis(Math.min(LONGEST_LOOK.toMillis(), Math.max(1_000, tenth)));
    }

    /** How each cluster's expiries stand whenever it is asked. */
    public List<Supplier<ExpiryStatus>> statuses() {
        List<Supplier<ExpiryStatus>> all = new ArrayList<>();
        turns.forEach(turn -> all.add(() -> turn.status));
        return all;
    }

    /** Expires every cluster whose turn it is. */
    void look() {
        turns.stream()
                .filter(turn -> !rounds.isClosed() && clock.millis() >= turn.notBefore)
                .forEach(this::expire);
    }

    /** Whatever goes wrong is said and counted, and tried again at the next turn: the service has other work. */
    @SuppressWarnings("CatchingUnchecked")
    private void expire(Turn turn) {
        long started = clock.millis();
        turn.notBefore = started + turn.cluster.interval.toMillis();
        try {
            ExpiryReport report = turn.cluster.expiry.get();
            turn.status = turn.status.after(new ExpiryStatus.Last(report, started, clock.millis()));
            log.info(
                    "expire of {}: {} objects deleted, {} condemned, {} wait",
                    turn.cluster.name,
                    report.deleted().objects(),
                    report.condemned().objects(),
                    report.waiting().objects());
        } catch (TidemarkException e) {
            failed(turn, e);
        } catch (RuntimeException | Error e) {
            if (!rounds.isClosed()) {
                turn.status = turn.status.afterError(e.toString());
                log.error("expire of {} broke off", turn.cluster.name, e);
            }
        }
    }

    private void failed(Turn turn, TidemarkException e) {
        if (rounds.isClosed()) {
            return;
        }
        if (e.failure() == Failure.FENCED) {
            turn.status = turn.status.afterAnother();
            log.info("expire of {}: another one decides just now: {}", turn.cluster.name, e.getMessage());
            return;
        }
        turn.status = turn.status.afterError(e.withHint());
        log.warn("expire of {} could not be done: {}", turn.cluster.name, e.withHint());
        log.debug("the failure of expire", e);
    }

    @Override
    public void close() {
        rounds.close();
    }
}
