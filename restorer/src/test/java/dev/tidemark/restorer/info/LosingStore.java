package dev.tidemark.restorer.info;

import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.PassingStore;
import java.io.InputStream;

/** A store whose objects with some words in their names are deleted by somebody right after they were listed. */
final class LosingStore extends PassingStore {
    private final String words;

    LosingStore(ObjectStore whole, String words) {
        super(whole);
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
}
