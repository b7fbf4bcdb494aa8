package dev.tidemark.archive.catalog;

import dev.tidemark.archive.store.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** The same request for several objects at once, answers in order. */
public final class Concurrent {
    private Concurrent() {}

    /** Like a map over a stream, on at most so many threads; the first failure in order is thrown as it came. */
    public static <A, B> List<B> map(List<A> items, int threads, Function<A, B> request) {
        if (items.size() < 2) {
            return items.stream().map(request).toList();
        }
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, items.size()), task -> {
            Thread thread = new Thread(task, "archive-request");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<B>> answers = items.stream()
                    .map(item -> pool.submit(() -> request.apply(item)))
                    .toList();
            List<B> all = new ArrayList<>(items.size());
            for (Future<B> answer : answers) {
                all.add(answer.get());
            }
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException(
                    "interrupted while waiting for the archive", "start again; nothing is lost by that", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }
}
