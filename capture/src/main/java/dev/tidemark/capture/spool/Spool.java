package dev.tidemark.capture.spool;

import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A first-in-first-out queue between the source and the topic: a little in memory, and what is too much for that on disk,
 * so that the source's watch is never slow and the heap never grows. Thread-safe for one writer of changes, any writer of
 * other items, and one reader.
 */
public final class Spool implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    /** How long an outage of Kafka may hold up what waits behind a failure. */
    private static final Duration LAST_WORDS = Duration.ofMinutes(1);

    private final long memoryLimit;
    private final long diskLimit;
    private final SpoolFiles files;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Slot> slots = new ArrayDeque<>();

    /** The rest of the run that is being taken: before all slots. */
    private final Deque<Item> readBack = new ArrayDeque<>();

    private long inMemory;
    private boolean closed;
    private RuntimeException failure;

    /** From when on the failure counts more than what waits. */
    private long overAtNanos;

    /** Whether there was room. */
    public enum Room {
        TAKEN,
        FULL
    }

    /** An item in memory, or a run of items on disk: one of both. */
    private record Slot(Item item, SpoolFiles.Run run) {}

    /** An empty one. */
    public Spool(CaptureSettings.Spool settings) {
        this(settings, SpoolFiles.Disk.of(settings.directory()));
    }

    Spool(CaptureSettings.Spool settings, SpoolFiles.Disk disk) {
        this.memoryLimit = settings.memoryBytes();
        this.diskLimit = settings.diskBytes();
        this.files = new SpoolFiles(settings.directory(), disk);
    }

    /** Adds changes behind all others; {@code FULL}, and nothing is added, if the disk's limit is reached or it has no room. */
    public Room offer(Item.Changes item) {
        lock.lock();
        try {
            // Where nothing waits everything is taken, or a single large message would never pass.
            if (isEmpty() || inMemory + item.bytes() <= memoryLimit) {
                addToMemory(item);
                return Room.TAKEN;
            }
            if (files.bytes() + item.bytes() > diskLimit || !files.hasRoom(item.bytes())) {
                return Room.FULL;
            }
            addToDisk(item);
            return Room.TAKEN;
        } catch (IOException e) {
            LOG.warn("the spool's disk takes no more: {}", e.toString());
            return Room.FULL;
        } finally {
            lock.unlock();
        }
    }

    private void addToDisk(Item.Changes item) throws IOException {
        Slot last = slots.peekLast();
        Optional<SpoolFiles.Run> extended =
                last != null && last.run != null ? files.extend(last.run, item) : Optional.empty();
        if (extended.isPresent()) {
            slots.removeLast();
        }
        SpoolFiles.Run run = extended.isPresent() ? extended.get() : files.write(item);
        slots.addLast(new Slot(null, run));
        changed.signalAll();
    }

    /** Adds changes behind all others; waits as long as memory is full. */
    public void put(Item.Changes item) {
        lock.lock();
        try {
            while (inMemory > 0 && inMemory + item.bytes() > memoryLimit && !closed) {
                changed.await();
            }
            addToMemory(item);
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a small item behind all others. */
    public void add(Item item) {
        lock.lock();
        try {
            slots.addLast(new Slot(item, null));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next item.
     *
     * @return empty after the time is over
     * @throws RuntimeException what {@link #fail} was told, at once, or what {@link #endWith} was told, behind all that
     *     waits
     */
    public Optional<Item> poll(Duration timeout) {
        long nanos = timeout.toNanos();
        lock.lock();
        try {
            while (true) {
                if (failure != null && (isEmpty() || isOver())) {
                    throw failure;
                }
                if (!isEmpty()) {
                    return Optional.of(take());
                }
                if (nanos <= 0 || closed) {
                    return Optional.empty();
                }
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing waits any more; false if the spool was closed meanwhile. */
    public boolean awaitEmpty() {
        lock.lock();
        try {
            while (!isEmpty() && !closed) {
                changed.await();
            }
            return !closed;
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing waits. */
    public boolean isDrained() {
        lock.lock();
        try {
            return isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it can be used within this time: not if the disk holds somebody up. */
    public boolean answers(Duration patience) {
        try {
            if (lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                lock.unlock();
                return true;
            }
            return false;
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    /** Makes the reader fail: what waits must not be written any more. */
    public void fail(RuntimeException why) {
        fail(why, System.nanoTime());
    }

    /** Makes the reader fail once it has all that waits, which may be the last copy: after some time in any case. */
    public void endWith(RuntimeException why) {
        fail(why, System.nanoTime() + LAST_WORDS.toNanos());
    }

    private void fail(RuntimeException why, long untilNanos) {
        lock.lock();
        try {
            if (failure == null || untilNanos - overAtNanos < 0) {
                failure = why;
                overAtNanos = untilNanos;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        return System.nanoTime() - overAtNanos >= 0;
    }

    /** Throws what {@link #fail} or, after its time, {@link #endWith} was told, if anything. */
    public void rethrowFailureIfOver() {
        lock.lock();
        try {
            if (failure != null && isOver()) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Throws what {@link #fail} or {@link #endWith} was told, if anything. */
    public void rethrowFailure() {
        lock.lock();
        try {
            if (failure != null) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that wait in memory. */
    public long memoryBytes() {
        lock.lock();
        try {
            return inMemory;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes that wait on disk. */
    public long diskBytes() {
        lock.lock();
        try {
            return files.bytes();
        } finally {
            lock.unlock();
        }
    }

    /** Lets everybody go who waits, and deletes the files. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            slots.clear();
            readBack.clear();
            changed.signalAll();
            files.close();
        } finally {
            lock.unlock();
        }
    }

    private Item take() {
        if (!readBack.isEmpty()) {
            changed.signalAll();
            return readBack.removeFirst();
        }
        Slot head = slots.removeFirst();
        changed.signalAll();
        if (head.run != null) {
            readBack.addAll(files.read(head.run));
            return readBack.removeFirst();
        }
        if (head.item instanceof Item.Changes changes) {
            inMemory -= changes.bytes();
        }
        return head.item;
    }

    private boolean isEmpty() {
        return slots.isEmpty() && readBack.isEmpty();
    }

    private void addToMemory(Item.Changes item) {
        inMemory += item.bytes();
        slots.addLast(new Slot(item, null));
        changed.signalAll();
    }
}
