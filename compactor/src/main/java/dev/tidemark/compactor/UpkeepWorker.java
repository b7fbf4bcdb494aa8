package dev.tidemark.compactor;

import dev.tidemark.archive.level.Done;
import dev.tidemark.archive.level.Upkeep;
import dev.tidemark.schemas.TidemarkException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the levels and synthetic bases of one cluster that are due after each commit, on a thread of its own: the fold
 * never waits for it, and goes on if it fails. It holds nothing that the archive does not tell, so it may die anywhere.
 * Thread-safe.
 */
final class UpkeepWorker {
    private static final Logger LOG = LoggerFactory.getLogger(UpkeepWorker.class);

    private final Foundry foundry;
    private final String cluster;
    private final Gauge gauge;
    private final Patience patience;
    private final Thread thread;
    /** Generations that have grown; the former one before the next. */
    private final Set<String> grown = new LinkedHashSet<>();

    private volatile boolean stopped;
    private String known = "";
    /** What is known of the archive; empty if that is in doubt. */
    private Optional<Upkeep> upkeep = Optional.empty();

    private String seenGeneration = "";
    private long seenRevision;

    UpkeepWorker(int partition, String cluster, Foundry foundry, Gauge gauge) {
        this.foundry = foundry;
        this.cluster = cluster;
        this.gauge = gauge;
        this.patience = new Patience("upkeep of " + cluster, foundry.clock(), this::sleep, this::waiting);
        this.thread = new Thread(this::run, "upkeep-" + partition);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The archive holds a generation up to a revision; costs nothing where that is known. */
    void committed(String generation, long revision) {
        if (generation.isEmpty() || (revision == seenRevision && generation.equals(seenGeneration))) {
            return;
        }
        seenGeneration = generation;
        seenRevision = revision;
        synchronized (grown) {
            grown.add(generation);
            grown.notifyAll();
        }
    }

    void stop() {
        stopped = true;
        thread.interrupt();
    }

    void awaitEnd(Duration most) throws InterruptedException {
        thread.join(Math.max(1, most.toMillis()));
    }

    private void run() {
        Path scratch = foundry.spool().newDirectory("merge");
        try {
            while (!stopped) {
                String generation = nextGrown();
                try {
                    keepUp(generation, scratch);
                    gauge.upkeepProblem("");
                } catch (TidemarkException e) {
                    failed(generation, e);
                }
            }
        } catch (StoppedException | InterruptedException e) {
            LOG.debug("upkeep of {} was stopped", cluster);
        } catch (RuntimeException | Error e) {
            if (!stopped) {
                failed(seenGeneration, e);
            }
        } finally {
            Spool.delete(scratch);
        }
    }

    private String nextGrown() throws InterruptedException {
        synchronized (grown) {
            while (grown.isEmpty()) {
                grown.wait();
            }
            Iterator<String> first = grown.iterator();
            String generation = first.next();
            first.remove();
            return generation;
        }
    }

    /** Makes all that is due; after an answer that did not come, what is known of the archive is asked again. */
    private void keepUp(String generation, Path scratch) {
        if (!generation.equals(known)) {
            upkeep = Optional.empty();
            known = generation;
        }
        patience.until(() -> {
            Optional<Upkeep> trusted = upkeep;
            upkeep = Optional.empty();
            if (trusted.isEmpty()) {
                trusted = Upkeep.of(foundry.archive(cluster), generation, foundry.attemptIds(), scratch);
            }
            trusted.ifPresent(Upkeep::refresh);
            Optional<Done> done = trusted.flatMap(this::next);
            while (done.isPresent()) {
                LOG.info("{}: {}", cluster, done.get());
                done = trusted.flatMap(this::next);
            }
            upkeep = trusted;
        });
    }

    /** One at a time in a process, so that clusters whose hours end together do not fill the heap together. */
    private Optional<Done> next(Upkeep trusted) {
        if (stopped) {
            throw new StoppedException();
        }
        foundry.merges().acquireUninterruptibly();
        try {
            return trusted.next();
        } finally {
            foundry.merges().release();
        }
    }

    private void waiting(Patience.Waiting now) {
        gauge.upkeepProblem(now == null ? "" : "levels and bases wait since " + now.since() + ": " + now.reason());
    }

    /** Restores go on with what there is; the next commit tries again. */
    private void failed(String generation, Throwable e) {
        LOG.error("{}: levels and bases of generation {} are not made: {}", cluster, generation, e.getMessage(), e);
        gauge.upkeepProblem("levels and bases are not made: " + e.getMessage());
    }

    private void sleep(Duration time) {
        try {
            if (!stopped) {
                Thread.sleep(time.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (stopped) {
            throw new StoppedException();
        }
    }
}
