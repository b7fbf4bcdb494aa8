package dev.tidemark.cli.check;

import dev.tidemark.archive.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Where a store is tried. Thread-safe.
 *
 * @param place where its objects stand, with a slash at its end; nobody else writes there
 * @param threads as many as are asked for, so that what is asked at once goes over connections of its own
 * @param named all names that were asked for: a bad store may not list them
 */
record Trial(ObjectStore store, String place, Executor threads, Set<String> named) {
    Trial(ObjectStore store, String place, Executor threads) {
        this(store, place, threads, ConcurrentHashMap.newKeySet());
    }

    /** What all of them give, each asked on a thread of its own at the same time. */
    <T> List<T> atOnce(int count, IntFunction<T> question) {
        List<CompletableFuture<T>> running = IntStream.range(0, count)
                .mapToObj(n -> CompletableFuture.supplyAsync(() -> question.apply(n), threads))
                .toList();
        try {
            return running.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw e;
        }
    }

    /** The name of an object to write; it will be deleted. */
    String name(String last) {
        named.add(place + last);
        return place + last;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
