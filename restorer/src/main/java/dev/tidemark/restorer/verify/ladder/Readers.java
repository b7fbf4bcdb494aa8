package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A few threads that read at once, so that a verification is neither slow nor a burden. Used by one thread. */
final class Readers implements AutoCloseable {
    private static final long DEATH_SECONDS = 10;

    private final ExecutorService pool;
    private final int ahead;
    private final Deque<Future<?>> waiting = new ArrayDeque<>();

    Readers(int threads) {
        this.ahead = 2 * threads;
        this.pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "tidemark-verify");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Like a map over a stream; answers in order. */
    <A, B> List<B> map(List<A> items, Function<A, B> request) {
        List<Future<B>> answers = items.stream()
                .map(item -> pool.submit(() -> request.apply(item)))
                .toList();
        List<B> all = new ArrayList<>(items.size());
        for (Future<B> answer : answers) {
            all.add(get(answer));
        }
        return all;
    }

    /** Does the work soon; waits while too much is under way. Throws what earlier work has failed of. */
    void submit(Runnable work) {
        while (waiting.size() >= ahead) {
            get(waiting.remove());
        }
        waiting.add(pool.submit(work));
    }

    /** Waits until everything is done. */
    void finish() {
        while (!waiting.isEmpty()) {
            get(waiting.remove());
        }
    }

    private static <T> T get(Future<T> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException(
                    Failure.UNAVAILABLE, "interrupted while verifying", "start again; nothing is lost by that", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** What is under way is interrupted and waited for: its files are about to be removed. */
    @Override
    public void close() {
        pool.shutdownNow();
        try {
            pool.awaitTermination(DEATH_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
