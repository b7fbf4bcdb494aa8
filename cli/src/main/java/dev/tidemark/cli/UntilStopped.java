package dev.tidemark.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Runs a service until it ends by itself or the process is told to stop, and then lets it end in order. */
final class UntilStopped {
    private static final long GRACE_SECONDS = 15;

    private UntilStopped() {}

    /**
     * Runs {@code body}; a signal runs {@code stop}, which must make the body return soon, and waits for it.
     *
     * @throws RuntimeException what the body throws
     */
    static void run(Runnable body, Runnable stop) {
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(
                () -> {
                    stop.run();
                    awaitQuietly(ended);
                },
                "tidemark-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            body.run();
        } finally {
            ended.countDown();
            forget(hook);
        }
    }

    private static void awaitQuietly(CountDownLatch ended) {
        try {
            if (!ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("not stopped in order within " + GRACE_SECONDS + " s; nothing committed is lost");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            // the hook itself made the body end
            return;
        }
    }
}
