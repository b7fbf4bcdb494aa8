package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds one partition on a thread of its own. The archive's head says where to begin; what lies between it and Streams'
 * first record is read by an own consumer, the rest comes through the lane. Whenever something is in doubt, the fold is
 * thrown away and begun again from the head: the same log gives the same content.
 *
 * <p>The lane's methods are for Streams' thread, the rest for the folder's own.
 */
final class Folder implements Intake.Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Folder.class);

    /** Told once when a folder has stopped for good by itself. */
    interface Ending {
        /** The partition is folded no more. */
        void failed(int partition, Throwable error);
    }

    private static final Duration SET_BACK = Duration.ofSeconds(5);

    private final int partition;
    private final LogReader log;
    private final Foundry foundry;
    private final Backlog backlog;
    private final Ending ending;
    private final Gauge gauge;
    private final Patience patience;
    private final Thread thread;
    private final BlockingDeque<LogRecord> queue = new LinkedBlockingDeque<>();

    private volatile boolean stopped;
    private volatile boolean revoked;
    private volatile boolean doubt;
    /** Records below this offset are read from the log itself: the lane need not keep them. */
    private volatile long floor;

    /** What ended the upkeep, and with it the fold; null for nothing. */
    private volatile Error upkeepError;

    private boolean begun;
    private String cluster = "";
    /** Null until the cluster is known. */
    private UpkeepWorker upkeep;

    /** The generation that was folded last, also by a fold that broke off; empty before any. */
    private String followed = "";

    private final SecondLook secondLook = new SecondLook();

    Folder(int partition, LogReader log, Foundry foundry, Backlog backlog, Ending ending) {
        this.partition = partition;
        this.log = log;
        this.foundry = foundry;
        this.backlog = backlog;
        this.ending = ending;
        this.gauge = new Gauge(partition);
        this.patience = new Patience("partition " + partition, foundry.clock(), this::sleep, gauge::waiting);
        this.thread = new Thread(this::run, "folder-" + partition);
        thread.setDaemon(true);
    }

    /** Starts the work; it needs a record to begin with, so without one there is nothing to do yet. */
    synchronized void begin() {
        if (!begun && !stopped) {
            begun = true;
            thread.start();
        }
    }

    @Override
    public synchronized void offer(LogRecord record) {
        if (stopped || record.offset() < floor) {
            return;
        }
        queue.add(record);
        backlog.add(record.weight());
        begin();
    }

    @Override
    public void close() {
        revoked = true;
        drop();
        thread.interrupt();
    }

    /** Waits for the end of a closed folder, at most so long. */
    void awaitEnd(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        thread.join(most.toMillis());
        UpkeepWorker worker = upkeep();
        if (worker != null) {
            worker.awaitEnd(Duration.ofNanos(end - System.nanoTime()));
        }
    }

    private synchronized UpkeepWorker upkeep() {
        return upkeep;
    }

    /** The log may be another one than before: begin again from the archive's head. */
    void doubt() {
        doubt = true;
    }

    /** Whether the partition was taken away. */
    boolean isClosed() {
        return revoked;
    }

    /** Whether anything was found to fold. */
    synchronized boolean isBegun() {
        return begun;
    }

    PartitionHealth health() {
        return gauge.health(
                cluster(), queue.stream().mapToLong(LogRecord::weight).sum());
    }

    private synchronized String cluster() {
        return cluster;
    }

    private synchronized void drop() {
        stopped = true;
        drain();
    }

    /** One by one, since the other side may take some at the same time: each is counted once. */
    private void drain() {
        for (LogRecord record = queue.pollFirst(); record != null; record = queue.pollFirst()) {
            backlog.remove(record.weight());
        }
    }

    private void run() {
        try {
            String name = findCluster();
            begin(name);
            while (!stopped) {
                doubt = false;
                try (Fold fold = patience.until(() -> Fold.open(partition, name, foundry, log, patience, gauge))) {
                    follow(fold);
                } catch (TidemarkException e) {
                    setBack(e);
                }
            }
        } catch (StoppedException e) {
            LOG.debug("partition {}: folding was stopped", partition);
        } catch (RuntimeException | Error e) {
            if (!stopped) {
                failed(e);
            }
        } finally {
            drop();
            UpkeepWorker worker = upkeep();
            if (worker != null) {
                worker.stop();
            }
            if (upkeepError != null && !revoked) {
                failed(upkeepError);
            }
        }
    }

    private synchronized void begin(String name) {
        cluster = name;
        upkeep = new UpkeepWorker(partition, name, foundry, gauge, this::upkeepDied);
        upkeep.start();
    }

    /**
     * The local disk failed the fold. What it wrote there may be half of something, so the next one begins again from the
     * archive's head, as long as it takes.
     */
    private void setBack(TidemarkException e) {
        if (e.failure() != Failure.UNAVAILABLE) {
            throw e;
        }
        LOG.warn("partition {}: begins again from the archive's head: {}", partition, e.withHint());
        gauge.waiting(new Patience.Waiting(foundry.clock().instant(), e.withHint()));
        sleep(SET_BACK);
        gauge.waiting(null);
    }

    /** An error of the virtual machine is no less one where the fold did not meet it. */
    private void upkeepDied(Error e) {
        upkeepError = e;
        stopped = true;
        thread.interrupt();
    }

    private void failed(Throwable e) {
        if (e instanceof TidemarkException known) {
            gauge.stopped(known.withHint());
            LOG.error("partition {}: stopped: {}", partition, known.withHint());
        } else {
            gauge.stopped(e.toString());
            LOG.error("partition {}: stopped by a defect", partition, e);
        }
        ending.failed(partition, e);
    }

    /** The records' key names the cluster; whichever record that has one can be seen first tells it. */
    private String findCluster() {
        LogRecord[] first = {queue.peekFirst()};
        if (!isNamed(first[0])) {
            patience.until(() -> {
                LogReader.Ends ends = log.ends();
                log.read(ends.first(), ends.end(), record -> {
                    first[0] = record;
                    return !isNamed(record);
                });
            });
        }
        while (!isNamed(first[0])) {
            first[0] = poll();
        }
        return new String(first[0].key(), StandardCharsets.UTF_8);
    }

    private static boolean isNamed(LogRecord record) {
        return record != null && record.key() != null && record.key().length > 0;
    }

    /** Folds until the fold has to be begun again. */
    private void follow(Fold fold) {
        tellUpkeep(fold);
        if (!catchUp(fold)) {
            return;
        }
        gauge.phase(PartitionHealth.Phase.FOLDING);
        while (!doubt) {
            LogRecord record = poll();
            if (record != null && record.offset() >= fold.position() && !accept(fold, record)) {
                return;
            }
        }
    }

    /** Folds what stood in the log before this moment; Streams delivers all that comes later. */
    private boolean catchUp(Fold fold) {
        gauge.phase(PartitionHealth.Phase.CATCHING_UP);
        // What waits in the lane stands before the end that is asked next, or was another topic's.
        floor = 0;
        drain();
        LogReader.Ends ends = patience.until(log::ends);
        floor = ends.end();
        CatchUp catchUp = new CatchUp(fold);
        patience.until(() -> {
            LogReader.Ends now = log.ends();
            if (doubt || !now.topicId().equals(ends.topicId())) {
                catchUp.goesOn = false;
                return;
            }
            fold.begin(now);
            log.read(fold.position(), ends.end(), catchUp::take);
        });
        if (catchUp.failure != null) {
            throw catchUp.failure;
        }
        return catchUp.goesOn;
    }

    /** Takes what the log gives. Its own failures are not the log's: asking the log again would fold a record twice. */
    private final class CatchUp {
        private final Fold fold;
        private boolean goesOn = true;
        private RuntimeException failure;

        CatchUp(Fold fold) {
            this.fold = fold;
        }

        boolean take(LogRecord record) {
            try {
                goesOn = accept(fold, record) && !doubt;
            } catch (RuntimeException e) {
                failure = e;
                goesOn = false;
            }
            return goesOn;
        }
    }

    /** Whether the fold goes on after the record. */
    private boolean accept(Fold fold, LogRecord record) {
        if (stopped) {
            throw new StoppedException();
        }
        Fold.Step step = secondLook.accept(fold, record);
        tellUpkeep(fold);
        return step == Fold.Step.GO_ON;
    }

    /** Also of a generation that ended while a fold broke off: what it lacks can only be made now, or after a restart. */
    private void tellUpkeep(Fold fold) {
        String now = fold.generation();
        if (!followed.equals(now)) {
            upkeep().ended(followed);
            followed = now;
        }
        upkeep().committed(now, fold.committed());
    }

    /** The lane's next record; null if none came for a moment. */
    private LogRecord poll() {
        if (stopped) {
            throw new StoppedException();
        }
        try {
            LogRecord record = queue.pollFirst(200, TimeUnit.MILLISECONDS);
            if (record != null) {
                backlog.remove(record.weight());
            }
            return record;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
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
