package dev.tidemark.capture.service;

import dev.tidemark.capture.Backoff;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one cluster of several captured: whenever its capture ends by itself, another try follows. Thread-safe. */
final class CaptureKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureKeeper.class);

    private final String cluster;
    private final Supplier<Attempt> attempts;
    private final Backoff backoff;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Attempt current;
    private volatile RuntimeException firstFailure;

    /**
     * A keeper that does not capture yet.
     *
     * @param attempts makes the next try
     * @param backoff how long to wait before it
     */
    CaptureKeeper(String cluster, Supplier<Attempt> attempts, Backoff backoff) {
        this.cluster = cluster;
        this.attempts = attempts;
        this.backoff = backoff;
        this.current = attempts.get();
    }

    String cluster() {
        return cluster;
    }

    CaptureStatus status() {
        return current.status().get();
    }

    /** Captures once; whatever ends that is the caller's. */
    void captureOnce() {
        current.run().run();
    }

    /**
     * Captures until {@link #close}.
     *
     * @param first hears of the first end that nobody asked for
     */
    void keep(Consumer<CaptureKeeper> first) {
        while (!isClosed()) {
            RuntimeException why = end();
            if (isClosed()) {
                return;
            }
            if (current.hasCommitted()) {
                backoff.reset();
            }
            Duration pause = backoff.next();
            LOG.warn(
                    "capture of cluster {} has ended and is tried again in {} s: {}",
                    cluster,
                    pause.toSeconds(),
                    TidemarkException.said(why));
            LOG.debug("what ended the capture of cluster {}", cluster, why);
            if (firstFailure == null) {
                firstFailure = why;
                first.accept(this);
            }
            if (!await(pause)) {
                replace();
            }
        }
    }

    private RuntimeException end() {
        try {
            captureOnce();
            return new CaptureException(Failure.INTERNAL, "it ended, but nobody had told it to", "");
        } catch (RuntimeException e) {
            return e;
        } finally {
            // an interrupt that a try has left behind must not end the next one
            Thread.interrupted();
        }
    }

    /** Waits; returns true at once if it is closed. */
    private boolean await(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    private synchronized void replace() {
        if (!isClosed()) {
            current = attempts.get();
        }
    }

    /** What ended the first try, if settings or a refusal did and no other came further: more tries will not help. */
    Optional<RuntimeException> hopeless() {
        RuntimeException first = firstFailure;
        boolean needsAPerson = first instanceof TidemarkException known
                && (known.failure() == Failure.USAGE || known.failure() == Failure.REFUSED);
        return needsAPerson && !current.hasBegun() ? Optional.of(first) : Optional.empty();
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** From now on no new try begins. */
    private synchronized Attempt retire() {
        closed.countDown();
        return current;
    }

    /** Makes {@link #keep} return soon. */
    void close() {
        retire().close().run();
    }
}
