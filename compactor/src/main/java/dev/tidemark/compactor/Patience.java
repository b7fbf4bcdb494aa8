package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for what is away: a store or broker that gives no answer is asked again until it does, visibly, for as long as
 * it takes. Any other failure passes through. Not thread-safe.
 */
final class Patience {
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(15);
    private static final Duration SAY_AGAIN = Duration.ofMinutes(1);

    /** Lets time pass; throws {@link StoppedException} when there is no reason to wait any longer. */
    interface Pause {
        void sleep(Duration time);
    }

    /**
     * What is being waited for.
     *
     * @param since when it was first asked in vain
     * @param reason the last failure and what to do, one line
     */
    record Waiting(Instant since, String reason) {}

    private final String who;
    private final Clock clock;
    private final Pause pause;
    private final Consumer<Waiting> visible;

    /**
     * @param who in whose name it waits, for the log
     * @param visible told when waiting begins or its reason changes, and null when it ends
     */
    Patience(String who, Clock clock, Pause pause, Consumer<Waiting> visible) {
        this.who = who;
        this.clock = clock;
        this.pause = pause;
        this.visible = visible;
    }

    /** The action's result, as soon as there is one. The action may run many times. */
    <T> T until(Supplier<T> action) {
        Waiting waiting = null;
        Instant said = Instant.MIN;
        Duration next = FIRST;
        while (true) {
            try {
                T done = action.get();
                if (waiting != null) {
                    LOG.info("{}: goes on after waiting since {}", who, waiting.since());
                    visible.accept(null);
                }
                return done;
            } catch (TidemarkException e) {
                if (e.failure() != Failure.UNAVAILABLE) {
                    throw e;
                }
                Instant now = clock.instant();
                waiting = new Waiting(waiting == null ? now : waiting.since(), e.withHint());
                visible.accept(waiting);
                if (said.isBefore(now.minus(SAY_AGAIN))) {
                    LOG.warn("{}: waiting since {}: {}", who, waiting.since(), e.withHint());
                    said = now;
                }
            }
            pause.sleep(next);
            next = next.multipliedBy(2).compareTo(LONGEST) < 0 ? next.multipliedBy(2) : LONGEST;
        }
    }

    /** {@link #until(Supplier)} for an action without a result. */
    void until(Runnable action) {
        until(() -> {
            action.run();
            return true;
        });
    }
}
