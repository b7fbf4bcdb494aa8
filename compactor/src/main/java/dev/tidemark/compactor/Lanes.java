package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of the partitions that this instance holds. A partition whose log is empty costs nothing but a look: its
 * thread starts with its first record. Thread-safe.
 */
final class Lanes implements Intake, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final long LOOK_AGAIN_SECONDS = 2;

    private final IntFunction<LogReader> logs;
    private final Foundry foundry;
    private final Backlog backlog;
    private final CompletableFuture<TidemarkException> failure;
    private final ExecutorService scout = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "compactor-scout");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<Integer, Folder> folders = new HashMap<>();
    private final Map<Integer, TidemarkException> failed = new HashMap<>();

    /**
     * @param failure completed with the error when no partition is folded any more
     */
    Lanes(IntFunction<LogReader> logs, Foundry foundry, Backlog backlog, CompletableFuture<TidemarkException> failure) {
        this.logs = logs;
        this.foundry = foundry;
        this.backlog = backlog;
        this.failure = failure;
    }

    @Override
    public synchronized Lane open(int partition) {
        Folder former = folders.get(partition);
        LogReader log = logs.apply(partition);
        Folder folder = new Folder(partition, log, foundry, backlog, this::failed);
        folders.put(partition, folder);
        failed.remove(partition);
        if (former != null) {
            former.close();
        }
        scout.execute(() -> look(folder, log));
        return folder;
    }

    /** The log may be another one than before: all folders begin again from the archive's head. */
    synchronized void doubt() {
        folders.values().forEach(Folder::doubt);
    }

    synchronized List<PartitionHealth> health() {
        return new TreeMap<>(folders)
                .values().stream()
                        .filter(f -> !f.isClosed())
                        .map(Folder::health)
                        .toList();
    }

    @Override
    public void close() {
        scout.shutdownNow();
        List<Folder> all;
        synchronized (this) {
            all = new ArrayList<>(folders.values());
        }
        all.forEach(Folder::close);
        long end = System.nanoTime() + GRACE.toNanos();
        try {
            for (Folder folder : all) {
                folder.awaitEnd(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins a folder whose log holds anything: what Streams has delivered before may still have to be folded. */
    private void look(Folder folder, LogReader log) {
        while (!folder.isClosed()) {
            try {
                LogReader.Ends ends = log.ends();
                if (ends.first() < ends.end()) {
                    folder.begin();
                }
                return;
            } catch (TidemarkException e) {
                LOG.warn("the log of a partition cannot be looked at: {}", e.withHint());
            } catch (StoppedException e) {
                return;
            }
            try {
                TimeUnit.SECONDS.sleep(LOOK_AGAIN_SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private synchronized void failed(int partition, Throwable error) {
        TidemarkException named = error instanceof TidemarkException e
                ? e
                : new CompactorException(
                        Failure.INTERNAL,
                        "partition " + partition + ": " + error,
                        "this is a defect of Tidemark",
                        error);
        failed.put(partition, named);
        boolean working = folders.entrySet().stream()
                .anyMatch(f -> f.getValue().isBegun() && !f.getValue().isClosed() && !failed.containsKey(f.getKey()));
        if (!working) {
            failure.complete(named);
        }
    }
}
