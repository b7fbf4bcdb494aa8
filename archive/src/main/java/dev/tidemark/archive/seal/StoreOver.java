package dev.tidemark.archive.seal;

import dev.tidemark.archive.store.LockOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A store over another one, which answers whatever has nothing to do with an object's bytes. */
abstract class StoreOver implements ObjectStore {
    final ObjectStore store;

    StoreOver(ObjectStore store) {
        this.store = store;
    }

    /**
     * Looks whether objects may be written below a root with the keys that are set.
     *
     * @throws SealingException if they are others than the archive's
     */
    abstract void requireWritable(String root);

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        return store.list(prefix, startAfter, max);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        return store.stat(name);
    }

    @Override
    public final void delete(String name) {
        store.delete(name);
    }

    @Override
    public final LockOutcome extendLock(String name, Instant enough, Instant until) {
        return store.extendLock(name, enough, until);
    }

    @Override
    public final URI uri() {
        return store.uri();
    }

    @Override
    public final void close() {
        store.close();
    }
}
