package dev.tidemark.restorer;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A store that passes everything on to another one, for those that change one thing on the way. */
public abstract class PassingStore implements ObjectStore {
    protected final ObjectStore whole;

    protected PassingStore(ObjectStore whole) {
        this.whole = whole;
    }

    @Override
    public byte[] get(String name) {
        return whole.get(name);
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        return whole.read(name, offset, length);
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
