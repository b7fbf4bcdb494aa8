package dev.tidemark.restorer.info;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A store whose objects with some words in their names are deleted by somebody right after they were listed. */
final class LosingStore implements ObjectStore {
    private final ObjectStore whole;
    private final String words;

    LosingStore(ObjectStore whole, String words) {
        this.whole = whole;
        this.words = words;
    }

    private String kept(String name) {
        if (name.contains(words)) {
            throw new MissingObjectException(name, "losing store", null);
        }
        return name;
    }

    @Override
    public byte[] get(String name) {
        return whole.get(kept(name));
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        return whole.read(kept(name), offset, length);
    }

    @Override
    public InputStream open(String name) {
        return whole.open(kept(name));
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
