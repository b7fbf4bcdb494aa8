package dev.tidemark.restorer.past;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.PassingStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A store that counts ranged reads, and proves which of them wait for no other: it answers none of these before all have
 * been asked.
 */
final class RoundsStore extends PassingStore {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final List<Read> reads = new ArrayList<>();
    private final Set<String> awaited = new HashSet<>();
    private CountDownLatch together = new CountDownLatch(0);
    private int alone;

    /** A ranged read. */
    record Read(String name, int bytes) {}

    RoundsStore(ObjectStore whole) {
        super(whole);
    }

    synchronized List<Read> reads() {
        return List.copyOf(reads);
    }

    /** From the read of this number on the first one of each of these objects is answered when all are asked. */
    synchronized void answerTogether(int from, Set<String> names) {
        alone = from;
        awaited.addAll(names);
        together = new CountDownLatch(names.size());
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        boolean first;
        synchronized (this) {
            reads.add(new Read(name, length));
            first = reads.size() > alone && awaited.remove(name);
        }
        if (first) {
            await();
        }
        return whole.read(name, offset, length);
    }

    private void await() {
        together.countDown();
        try {
            if (!together.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(together.getCount() + " reads wait for others");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
