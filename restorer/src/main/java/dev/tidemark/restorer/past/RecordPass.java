package dev.tidemark.restorer.past;

import dev.tidemark.archive.segment.Segment;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.schemas.Change;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * The one sequential pass over the wanted records of many segments: a thread of its own reads, checks and decodes, the
 * caller's thread consumes. What waits between them is bounded in bytes. Used once.
 */
public final class RecordPass {
    private static final int BATCH_BYTES = 1 << 20;
    private static final int BATCH_RECORDS = 4096;
    private static final int RECORD_OVERHEAD = 128;
    private static final int WAITING_BATCHES = 3;
    private static final Batch END = new Batch();

    private final List<Part> parts;
    private final BlockingQueue<Batch> waiting = new ArrayBlockingQueue<>(WAITING_BATCHES);
    private Batch batch = new Batch();
    private volatile Throwable failure;

    /**
     * One segment's share.
     *
     * @param segment the segment
     * @param wanted the wanted records
     * @param live those among them that are their key's state at the target
     */
    record Part(Segment segment, RoaringBitmap wanted, RoaringBitmap live) {}

    /** Takes the records. */
    @FunctionalInterface
    public interface Sink {
        /** Takes the next record. */
        void record(Change change, Liveness liveness);
    }

    /** Records that travel together from thread to thread. */
    private static final class Batch {
        private final List<Change> changes = new ArrayList<>();
        private final BitSet superseded = new BitSet();
        private long bytes;

        private void add(Change change, boolean live) {
            if (!live) {
                superseded.set(changes.size());
            }
            changes.add(change);
            bytes += change.key().length + change.value().length + RECORD_OVERHEAD;
        }

        private boolean isFull() {
            return bytes >= BATCH_BYTES || changes.size() >= BATCH_RECORDS;
        }

        private void giveTo(Sink sink) {
            for (int i = 0; i < changes.size(); i++) {
                sink.record(changes.get(i), superseded.get(i) ? Liveness.SUPERSEDED : Liveness.LIVE);
            }
        }
    }

    /**
     * A pass that has not begun.
     *
     * @param parts in revision order
     */
    RecordPass(List<Part> parts) {
        this.parts = parts;
    }

    /** How many records are wanted. */
    public long records() {
        return parts.stream()
                .mapToLong(part -> part.wanted().getLongCardinality())
                .sum();
    }

    /** Gives every wanted record to {@code sink}, in revision order, on the calling thread. */
    public void run(Sink sink) {
        Thread reader = new Thread(this::readAll, "tidemark-decode");
        reader.setDaemon(true);
        reader.start();
        try {
            Batch next = waiting.take();
            while (next != END) {
                next.giveTo(sink);
                next = waiting.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        } finally {
            stop(reader);
        }
        rethrow();
    }

    private void readAll() {
        try {
            for (Part part : parts) {
                read(part);
            }
            handOver();
        } catch (InterruptedBatch e) {
            failure = e;
            return;
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        try {
            waiting.put(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(Part part) {
        RoaringBitmap wanted = part.wanted();
        if (wanted.isEmpty()) {
            return;
        }
        Consumer<Change> adding = wanted.equals(part.live()) ? change -> add(change, true) : marking(part);
        if (wanted.getCardinality() == part.segment().records()) {
            part.segment().scan(adding);
        } else {
            part.segment().scan(wanted, adding);
        }
    }

    /** The scan comes in the order of ordinals, so the n-th change has the n-th wanted ordinal. */
    private Consumer<Change> marking(Part part) {
        PeekableIntIterator ordinals = part.wanted().getIntIterator();
        return change -> add(change, part.live().contains(ordinals.next()));
    }

    private void add(Change change, boolean live) {
        batch.add(change, live);
        if (batch.isFull()) {
            handOver();
        }
    }

    private void handOver() {
        if (batch.changes.isEmpty()) {
            return;
        }
        try {
            waiting.put(batch);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedBatch(e);
        }
        batch = new Batch();
    }

    private static void stop(Thread reader) {
        reader.interrupt();
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void rethrow() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    private static CancellationException interrupted() {
        return new CancellationException("interrupted while reading the archive");
    }

    /** The consumer has gone, so the reader stops. */
    private static final class InterruptedBatch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        InterruptedBatch(InterruptedException cause) {
            super(cause);
        }
    }
}
