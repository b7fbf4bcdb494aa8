package dev.tidemark.capture.topic;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over the session of the captor that leads: one that shows no life, or has lost its source while another captor
 * waits, leaves the cluster to others. Used by one thread.
 */
final class Vigil {
    private static final Logger LOG = LoggerFactory.getLogger(Vigil.class);
    private static final Duration LONGEST_BEAT = Duration.ofMillis(500);
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Duration SOURCE_AWAY = Duration.ofSeconds(10);
    private static final Duration ASKING = Duration.ofSeconds(2);

    private final String cluster;
    private final Captors captors;
    private final Runnable leaving;
    private Duration silent = Duration.ZERO;
    private long lookedAt = System.nanoTime();
    private long askedAt = System.nanoTime();

    /**
     * @param leaving told before a session without life is
     */
    Vigil(String cluster, Captors captors, Runnable leaving) {
        this.cluster = cluster;
        this.captors = captors;
        this.leaving = leaving;
    }

    /**
     * Looks once, as often as the member polls.
     *
     * @param attended the session; empty while this captor does not lead, or has none
     */
    void look(Optional<Leadership.Led> attended) {
        long now = System.nanoTime();
        // If this thread was stopped itself, it cannot say that the others were silent meanwhile.
        long beat = Math.min(now - lookedAt, LONGEST_BEAT.toNanos());
        lookedAt = now;
        if (attended.isEmpty() || attended.get().isAlive()) {
            silent = Duration.ZERO;
        } else {
            silent = silent.plusNanos(beat);
        }
        if (silent.compareTo(SILENCE) >= 0) {
            giveUp(attended.get());
        } else if (attended.isPresent() && attended.get().sourceAwayFor().compareTo(SOURCE_AWAY) >= 0) {
            yieldIfAnotherWaits(attended.get());
        }
    }

    private void giveUp(Leadership.Led led) {
        LOG.warn("capture of {} shows no life: the cluster is left to another captor", cluster);
        silent = Duration.ZERO;
        leaving.run();
        led.part(Leadership.Parting.YIELDED);
    }

    private void yieldIfAnotherWaits(Leadership.Led led) {
        if (System.nanoTime() - askedAt < ASKING.toNanos()) {
            return;
        }
        askedAt = System.nanoTime();
        captors.ask().whenComplete((roll, error) -> {
            if (error != null) {
                LOG.debug("nobody tells who waits", error);
            } else if (!roll.waiting().stream().allMatch(captors::isSelf)) {
                LOG.warn("no member of {} answers: the cluster is left to {}", cluster, roll.waiting());
                led.part(Leadership.Parting.YIELDED);
            }
        });
    }
}
