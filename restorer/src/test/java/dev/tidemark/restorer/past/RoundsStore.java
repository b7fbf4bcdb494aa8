package dev.tidemark.restorer.past;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A store that counts ranged reads, and how many of them had to wait for one another: each takes a while, and what begins
 * after another has ended may depend on it.
 */
final class RoundsStore implements ObjectStore {
    private final ObjectStore whole;
    private final long millis;
    private final List<Read> reads = new ArrayList<>();
    private int deepest;

    /** A ranged read. */
    record Read(String name, int bytes) {}

    RoundsStore(ObjectStore whole, long millis) {
        this.whole = whole;
        this.millis = millis;
    }

    synchronized void forget() {
        reads.clear();
        deepest = 0;
    }

    synchronized List<Read> reads() {
        return List.copyOf(reads);
    }

    /** The longest row of reads of which each began after the one before had ended. */
    synchronized int rounds() {
        return deepest;
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        int depth;
        synchronized (this) {
            reads.add(new Read(name, length));
            depth = deepest + 1;
        }
        byte[] bytes = whole.read(name, offset, length);
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            deepest = Math.max(deepest, depth);
        }
        return bytes;
    }

    @Override
    public byte[] get(String name) {
        return whole.get(name);
    }

    @Override
    public InputStream open(String name) {
        return whole.open(name);
    }

    @Override
    public void put(String name, Path file) {
        whole.put(name, file);
    }

    @Override
    public void put(String name, byte[] bytes) {
        whole.put(name, bytes);
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        return whole.createIfAbsent(name, bytes);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        return whole.list(prefix, startAfter, max);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        return whole.stat(name);
    }

    @Override
    public void delete(String name) {
        whole.delete(name);
    }

    @Override
    public URI uri() {
        return whole.uri();
    }

    @Override
    public void close() {
        whole.close();
    }
}
