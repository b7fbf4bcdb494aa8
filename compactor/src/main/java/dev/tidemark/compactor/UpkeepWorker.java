package dev.tidemark.compactor;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.Floors;
import dev.tidemark.archive.level.Done;
import dev.tidemark.archive.level.Setbacks;
import dev.tidemark.archive.level.Upkeep;
import dev.tidemark.schemas.avro.GenerationSummary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
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

    /** Told when an error of the virtual machine ended the upkeep, and only then. */
    interface Ending {
        /** Nothing goes on beside it. */
        void died(Error error);
    }

    private final Foundry foundry;
    private final String cluster;
    private final Gauge gauge;
    private final Ending ending;
    private final Patience patience;
    private final Thread thread;
    /** Generations that have grown; the former one before the next. */
    private final Set<String> grown = new LinkedHashSet<>();
    /** Generations that had ended before the start and were not looked at yet, newest first. */
    private final Deque<String> ended = new ArrayDeque<>();

    private final Setbacks setbacks;

    private volatile boolean stopped;
    private String known = "";
    /** What is known of the archive; empty if that is in doubt. */
    private Optional<Upkeep> upkeep = Optional.empty();

    /** Null until it is needed. */
    private Path scratch;

    private boolean lookedBack;

    private String seenGeneration = "";
    private long seenRevision;

    UpkeepWorker(int partition, String cluster, Foundry foundry, Gauge gauge, Ending ending) {
        this.foundry = foundry;
        this.cluster = cluster;
        this.gauge = gauge;
        this.ending = ending;
        this.setbacks = new Setbacks(foundry.clock());
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
        grew(generation);
    }

    /** A generation has ended: what it lacks can now be made for good. */
    void ended(String generation) {
        if (!generation.isEmpty()) {
            grew(generation);
        }
    }

    private void grew(String generation) {
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
        try {
            while (!stopped) {
                attempt(nextDue());
                if (!lookedBack) {
                    lookBack();
                }
            }
        } catch (StoppedException | InterruptedException e) {
            LOG.debug("upkeep of {} was stopped", cluster);
        } catch (Error e) {
            if (!stopped) {
                ending.died(e);
            }
        } finally {
            if (scratch != null) {
                Spool.delete(scratch);
            }
        }
    }

    /** A generation that has grown, else one where something is tried again, else one that ended before the start. */
    private String nextDue() throws InterruptedException {
        synchronized (grown) {
            while (true) {
                Iterator<String> first = grown.iterator();
                if (first.hasNext()) {
                    String generation = first.next();
                    first.remove();
                    return generation;
                }
                Optional<Setbacks.Setback> again = setbacks.next();
                long millis = again.map(this::millisUntil).orElse(0L);
                if (again.isPresent() && millis <= 0) {
                    return again.get().generation();
                }
                if (!ended.isEmpty()) {
                    return ended.remove();
                }
                grown.wait(millis);
            }
        }
    }

    private long millisUntil(Setbacks.Setback setback) {
        return Duration.between(foundry.clock().instant(), setback.again()).toMillis();
    }

    /** Does what is due in a generation; if that fails, it is said, and tried again later. */
    private void attempt(String generation) {
        try {
            keepUp(generation);
            if (upkeep.isPresent()) {
                setbacks.over(generation);
            } else {
                setbacks.forget(generation);
            }
        } catch (StoppedException e) {
            throw e;
        } catch (RuntimeException e) {
            if (stopped) {
                throw new StoppedException();
            }
            LOG.error("{}: levels and bases of generation {} are not made: {}", cluster, generation, e.getMessage(), e);
            setbacks.failed(generation, e);
        }
        show();
    }

    /** Restores go on with what there is. */
    private void show() {
        gauge.upkeepFailing(setbacks.oldest().map(Object::toString).orElse(""));
    }

    /** Makes all that is due; after an answer that did not come, what is known of the archive is asked again. */
    private void keepUp(String generation) {
        if (!generation.equals(known)) {
            upkeep = Optional.empty();
            known = generation;
        }
        patience.until(() -> {
            Optional<Upkeep> trusted = upkeep;
            upkeep = Optional.empty();
            if (trusted.isEmpty()) {
                trusted = open(generation);
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

    /** Empty where there is nothing to look after. */
    private Optional<Upkeep> open(String generation) {
        ClusterArchive archive = foundry.archive(cluster);
        return Floors.of(archive.retention().newest(), generation).isOver()
                ? Optional.empty()
                : Upkeep.of(archive, generation, foundry.attemptIds(), scratch(), setbacks);
    }

    /** Made when it is needed: a disk without room is waited for like a store that is away. */
    private Path scratch() {
        if (scratch == null) {
            scratch = foundry.spool().newDirectory("merge");
        }
        return scratch;
    }

    /** What generations that had ended before the start lack is made too, once there is nothing more urgent. */
    private void lookBack() {
        try {
            List<GenerationSummary> before =
                    patience.until(() -> foundry.archive(cluster).catalog().ended());
            synchronized (grown) {
                before.forEach(summary -> ended.addFirst(summary.getGeneration()));
            }
            lookedBack = true;
        } catch (StoppedException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.warn("{}: generations that have ended are not looked at yet: {}", cluster, e.getMessage(), e);
        }
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
        if (now == null) {
            show();
        } else {
            gauge.upkeepFailing("levels and bases wait since " + now.since() + ": " + now.reason());
        }
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
