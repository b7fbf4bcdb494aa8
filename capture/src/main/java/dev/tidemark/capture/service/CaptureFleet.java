package dev.tidemark.capture.service;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.Backoff;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures several clusters in one process, each by a {@link Capture} on threads of its own. One that is down, slow or
 * refused is tried again for as long as it takes and touches no other. Thread-safe.
 */
public final class CaptureFleet implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureFleet.class);
    private static final int MIB_PER_CLUSTER = 48;
    private static final int MIB_BESIDE = 64;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final List<CaptureKeeper> keepers;
    private final Duration grace;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Completes when the process is to end: normally if it was told to, else with what went wrong. */
    private final CompletableFuture<Void> verdict = new CompletableFuture<>();

    /**
     * A fleet that does not capture yet.
     *
     * @param clusters at least one; no two share a name, a partition or a spool directory
     * @param store where all archives are; stays the caller's
     * @throws CaptureException USAGE if several clusters need more heap than there is
     */
    public CaptureFleet(List<CaptureSettings> clusters, ObjectStore store) {
        this(keepers(clusters, store), GRACE);
    }

    CaptureFleet(List<CaptureKeeper> keepers, Duration grace) {
        this.keepers = List.copyOf(keepers);
        this.grace = grace;
    }

    private static List<CaptureKeeper> keepers(List<CaptureSettings> clusters, ObjectStore store) {
        requireRoom(clusters.size(), Runtime.getRuntime().maxMemory());
        return clusters.stream().map(settings -> keeper(settings, store)).toList();
    }

    private static CaptureKeeper keeper(CaptureSettings settings, ObjectStore store) {
        ClusterArchive archive = new ClusterArchive(store, settings.cluster());
        return new CaptureKeeper(
                settings.cluster(), () -> Attempt.of(settings, archive), new Backoff(FIRST_PAUSE, LONGEST_PAUSE));
    }

    /** What does not fit must be known at the start, not when all sources are busy at once. */
    static void requireRoom(int clusters, long heapBytes) {
        long needed = (long) clusters * MIB_PER_CLUSTER;
        if (clusters > 1 && needed << 20 > heapBytes) {
            throw new CaptureException(
                    Failure.USAGE,
                    clusters + " clusters need about " + needed + " MiB of heap, " + MIB_PER_CLUSTER
                            + " MiB each, and this process has " + (heapBytes >> 20) + " MiB",
                    "set TIDEMARK_JAVA_OPTS=-Xmx" + (needed + MIB_BESIDE)
                            + "m, or capture fewer clusters in one process");
        }
    }

    /** How it stands with each cluster; any thread may ask at any time. */
    public List<Supplier<CaptureStatus>> statuses() {
        return keepers.stream()
                .<Supplier<CaptureStatus>>map(keeper -> keeper::status)
                .toList();
    }

    /**
     * Captures until {@link #close}. A single cluster is captured as {@link Capture#run} does it, and its failure is
     * thrown. Several are tried again and again whatever ends them; only if each one's first start was refused, or failed
     * for its settings, is the first of these failures thrown. An {@link Error} ends all: the heap is everybody's.
     */
    public void run() {
        if (keepers.size() == 1) {
            keepers.get(0).captureOnce();
            return;
        }
        CompletableFuture<?>[] ends = keepers.stream().map(this::start).toArray(CompletableFuture<?>[]::new);
        try {
            verdict.get();
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } finally {
            close();
            awaitAll(ends);
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return (RuntimeException) cause;
    }

    private CompletableFuture<Void> start(CaptureKeeper keeper) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        daemon("tidemark-capture-" + keeper.cluster(), () -> {
            try {
                keeper.keep(this::firstEndOf);
            } catch (RuntimeException | Error e) {
                verdict.completeExceptionally(e);
            } finally {
                end.complete(null);
            }
        });
        return end;
    }

    private void firstEndOf(CaptureKeeper keeper) {
        List<RuntimeException> hopeless = keepers.stream()
                .map(CaptureKeeper::hopeless)
                .flatMap(Optional::stream)
                .toList();
        LOG.debug(
                "the first try of cluster {} is over; {} of {} clusters are hopeless",
                keeper.cluster(),
                hopeless.size(),
                keepers.size());
        if (hopeless.size() == keepers.size()) {
            verdict.completeExceptionally(hopeless.get(0));
        }
    }

    private void awaitAll(CompletableFuture<?>[] ends) {
        try {
            CompletableFuture.allOf(ends).get(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            String late = keepers.stream()
                    .filter(keeper -> !ends[keepers.indexOf(keeper)].isDone())
                    .map(CaptureKeeper::cluster)
                    .collect(Collectors.joining(", "));
            LOG.warn("not stopped in order within {} s, but left: capture of {}", grace.toSeconds(), late);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("an end has no failure", e);
        }
    }

    /**
     * Makes {@link #run} return soon, as {@link Capture#close} does; all clusters end at the same time, and one that does
     * not is left behind after 15 s.
     */
    @Override
    public void close() {
        if (keepers.size() == 1) {
            keepers.get(0).close();
        } else if (closed.compareAndSet(false, true)) {
            keepers.forEach(keeper -> daemon("tidemark-close-" + keeper.cluster(), keeper::close));
            verdict.complete(null);
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
