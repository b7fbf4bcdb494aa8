package dev.tidemark.cli.upkeep;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something again and again, with a pause after each time, on a thread of its own until it is closed. */
public final class Rounds implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Rounds.class);
    private static final Duration DEATH = Duration.ofSeconds(15);

    private final Thread thread;
    private volatile boolean closed;

    /**
     * What has not begun yet.
     *
     * @param round must not throw, or nothing is done any more
     */
    public Rounds(String name, Duration pause, Runnable round) {
        this.thread = new Thread(() -> run(pause, round), name);
        thread.setDaemon(true);
    }

    /** Begins, once. */
    public void start() {
        thread.start();
    }

    /** Whether nothing is to be begun any more. */
    public boolean isClosed() {
        return closed;
    }

    private void run(Duration pause, Runnable round) {
        while (!closed) {
            round.run();
            try {
                Thread.sleep(pause.toMillis());
            } catch (InterruptedException e) {
                // Only closing ends it; else somebody left this behind in a round.
                log.debug("interrupted", e);
            }
        }
    }

    /** Interrupts what is under way. */
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
