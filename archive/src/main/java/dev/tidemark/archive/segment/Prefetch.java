package dev.tidemark.archive.segment;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Fetches, checks and decompresses blocks on a second thread, a few ahead of the one who takes them. */
final class Prefetch implements Closeable {
    private static final int AHEAD = 6;
    private static final byte[] NO_BUFFER = {};

    /** A block, or why there is none; neither: the end. */
    private record Step(DataBlock block, Throwable failure) {}

    private final BlockReader reader;
    private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(AHEAD);
    private final BlockingQueue<byte[]> buffers = new ArrayBlockingQueue<>(AHEAD + 2);
    private final String object;
    private final Thread thread;
    private volatile boolean closed;

    Prefetch(BlockReader reader, String object) {
        this.reader = reader;
        this.object = object;
        this.thread = new Thread(this::run, "prefetch " + object);
        thread.setDaemon(true);
        thread.start();
    }

    /** The next block, valid until it is given back; null at the end. */
    DataBlock take() {
        try {
            Step step = steps.take();
            if (step.failure != null) {
                rethrow(step.failure);
            }
            return step.block;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException(
                    Failure.UNAVAILABLE,
                    "interrupted while reading " + object,
                    "start again; nothing is lost by that",
                    e);
        }
    }

    /** A taken block is no longer needed. */
    void giveBack(DataBlock block) {
        buffers.offer(block.bytes());
    }

    @Override
    public void close() {
        closed = true;
        steps.clear();
    }

    @SuppressWarnings("CatchingUnchecked")
    private void run() {
        try {
            while (reader.hasNext()) {
                byte[] buffer = buffers.poll();
                if (!pass(new Step(reader.next(buffer == null ? NO_BUFFER : buffer), null))) {
                    return;
                }
            }
            pass(new Step(null, null));
        } catch (RuntimeException | Error e) {
            pass(new Step(null, e));
        }
    }

    private boolean pass(Step step) {
        try {
            while (!closed) {
                if (steps.offer(step, 20, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }
}
