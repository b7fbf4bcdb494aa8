package dev.tidemark.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a verb end in order when the process is told to stop (SIGINT, SIGTERM): the process lives on until the verb has
 * closed all it has opened, or for some seconds. Thread-safe.
 */
final class StopSignal implements AutoCloseable {
    private static final long GRACE_SECONDS = 20;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "tidemark-stop");
    private Runnable ending;
    private boolean came;

    private StopSignal(Runnable ending) {
        this.ending = ending;
    }

    /** Until something else is said, a stop interrupts the thread: it drops what it was doing, and its files. */
    static StopSignal interrupting(Thread thread) {
        StopSignal signal = new StopSignal(thread::interrupt);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** From now on a stop runs this instead, which must make the verb end soon; at once if it has come already. */
    void endsWith(Runnable other) {
        if (replace(other)) {
            other.run();
        }
    }

    private synchronized boolean replace(Runnable other) {
        ending = other;
        return came;
    }

    /** Whether the process was told to stop. */
    synchronized boolean came() {
        return came;
    }

    private void stop() {
        take().run();
        try {
            if (!ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("not stopped in order within " + GRACE_SECONDS + " s; nothing committed is lost");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Runnable take() {
        came = true;
        return ending;
    }

    /** The verb has ended: nothing is left to wait for. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            // the hook itself made the verb end
            return;
        }
    }
}
