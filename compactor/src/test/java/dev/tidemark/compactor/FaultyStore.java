package dev.tidemark.compactor;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A store whose n-th call goes wrong: the process dies there, or no answer comes, before or after the effect. */
final class FaultyStore implements ObjectStore {
    /** What goes wrong. */
    enum Fault {
        DIES_BEFORE,
        DIES_AFTER,
        SILENT_BEFORE,
        SILENT_AFTER
    }

    /** The end of a process. */
    static final class DeathError extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final ObjectStore store;
    private final Fault fault;
    private final long at;
    private final long until;
    private long calls;

    /**
     * @param at the call that goes wrong, from 0
     * @param times how many calls go wrong from there on
     */
    FaultyStore(ObjectStore store, Fault fault, long at, long times) {
        this.store = store;
        this.fault = fault;
        this.at = at;
        this.until = at + times;
    }

    long calls() {
        return calls;
    }

    @Override
    public void put(String name, Path file) {
        perform(() -> {
            store.put(name, file);
            return null;
        });
    }

    @Override
    public void put(String name, byte[] bytes) {
        perform(() -> {
            store.put(name, bytes);
            return null;
        });
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        try {
            return perform(() -> store.createIfAbsent(name, bytes));
        } catch (StoreUnavailableException e) {
            return CreateOutcome.UNKNOWN;
        }
    }

    @Override
    public byte[] get(String name) {
        return perform(() -> store.get(name));
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        return perform(() -> store.read(name, offset, length));
    }

    @Override
    public InputStream open(String name) {
        return perform(() -> store.open(name));
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        return perform(() -> store.list(prefix, startAfter, max));
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        return perform(() -> store.stat(name));
    }

    @Override
    public void delete(String name) {
        throw new AssertionError("nothing is ever deleted here: " + name);
    }

    @Override
    public URI uri() {
        return store.uri();
    }

    @Override
    public void close() {
        // The store behind it stays: that is what a process leaves behind.
    }

    private synchronized <T> T perform(Supplier<T> call) {
        long n = calls++;
        boolean wrong = at <= n && n < until;
        if (wrong && fault == Fault.DIES_BEFORE) {
            throw new DeathError();
        }
        if (wrong && fault == Fault.SILENT_BEFORE) {
            throw new StoreUnavailableException("no answer", "", null);
        }
        T result = call.get();
        if (wrong && fault == Fault.DIES_AFTER) {
            throw new DeathError();
        }
        if (wrong && fault == Fault.SILENT_AFTER) {
            throw new StoreUnavailableException("no answer", "", null);
        }
        return result;
    }
}
