package dev.tidemark.restorer;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A store in front of which a process can be paused right before it creates an object, or die at any request; it counts them. */
public final class SlowStore implements ObjectStore {
    /** The process is gone, or stands still for now. */
    public static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What a paused process is about to create. */
    private record Pending(String name, byte[] bytes) {}

    private final ObjectStore store;
    private final List<Pending> pending = new ArrayList<>();
    private Predicate<String> pauses = name -> false;
    private int requests;
    private int allowed = Integer.MAX_VALUE;

    public SlowStore(ObjectStore store) {
        this.store = store;
    }

    /** Whoever creates such an object next is paused before. */
    public void pauseAt(Predicate<String> names) {
        pauses = names;
    }

    /** Nobody is paused any more, or dies; who was goes on. */
    public void resume() {
        heal();
        pending.forEach(one -> store.createIfAbsent(one.name, one.bytes));
        pending.clear();
    }

    /** The process dies after so many requests. */
    void dieAfter(int requests) {
        allowed = requests;
    }

    /** The next process is well; who was paused still is. */
    public void heal() {
        pauses = name -> false;
        allowed = Integer.MAX_VALUE;
    }

    /** How many requests there were since this was asked last. */
    public int requestsSince() {
        int so = requests;
        requests = 0;
        return so;
    }

    private void request() {
        requests++;
        if (allowed-- <= 0) {
            throw new Gone();
        }
    }

    @Override
    public void put(String name, Path file) {
        request();
        store.put(name, file);
    }

    @Override
    public void put(String name, byte[] bytes) {
        request();
        store.put(name, bytes);
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        request();
        if (pauses.test(name)) {
            pending.add(new Pending(name, bytes.clone()));
            throw new Gone();
        }
        return store.createIfAbsent(name, bytes);
    }

    @Override
    public byte[] get(String name) {
        request();
        return store.get(name);
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        request();
        return store.read(name, offset, length);
    }

    @Override
    public InputStream open(String name) {
        request();
        return store.open(name);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        request();
        return store.list(prefix, startAfter, max);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        request();
        return store.stat(name);
    }

    @Override
    public void delete(String name) {
        request();
        store.delete(name);
    }

    @Override
    public URI uri() {
        return store.uri();
    }

    @Override
    public void close() {
        store.close();
    }
}
