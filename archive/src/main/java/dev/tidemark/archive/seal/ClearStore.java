package dev.tidemark.archive.seal;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A store of who has no keys: an archive that is sealed is neither read nor written, and says which key it needs. */
final class ClearStore implements ObjectStore {
    private static final int MAGIC_BYTES = 4;

    private final ObjectStore store;
    private final Sealing sealing;
    private final Set<String> clear = ConcurrentHashMap.newKeySet();

    ClearStore(ObjectStore store, Sealing sealing) {
        this.store = store;
        this.sealing = sealing;
    }

    /**
     * Nothing is written in the clear into an archive that others seal.
     *
     * @throws SealingException if there are data keys
     */
    void requireClear(String root) {
        if (!clear.contains(root)) {
            List<ObjectInfo> keys = store.list(root + ArchiveLayout.keys(), "", 1);
            if (!keys.isEmpty()) {
                String name = keys.get(0).name();
                throw sealing.lacks(root, List.of(name.substring(name.indexOf('.', root.length()) + 1)));
            }
            clear.add(root);
        }
    }

    private void mayWrite(String name) {
        if (!SealedNames.isClear(name)) {
            requireClear(SealedNames.root(name));
        }
    }

    private byte[] readable(String name, byte[] head) {
        if (SealedHeader.isSealed(head) && !SealedNames.isClear(name)) {
            throw refused(name);
        }
        return head;
    }

    private SealingException refused(String name) {
        List<String> needed = store.list(SealedNames.root(name) + ArchiveLayout.keys(), "", 1).stream()
                .map(info -> info.name().substring(info.name().lastIndexOf('.') + 1))
                .toList();
        return sealing.lacks(name, needed.isEmpty() ? List.of("of its archive") : needed);
    }

    @Override
    public void put(String name, Path file) {
        mayWrite(name);
        store.put(name, file);
    }

    @Override
    public void put(String name, byte[] bytes) {
        mayWrite(name);
        store.put(name, bytes);
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        mayWrite(name);
        return store.createIfAbsent(name, bytes);
    }

    @Override
    public byte[] get(String name) {
        return readable(name, store.get(name));
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        byte[] bytes = store.read(name, offset, length);
        return offset == 0 ? readable(name, bytes) : bytes;
    }

    @Override
    public InputStream open(String name) {
        PushbackInputStream in = new PushbackInputStream(store.open(name), MAGIC_BYTES);
        try {
            byte[] head = in.readNBytes(MAGIC_BYTES);
            in.unread(head);
            readable(name, head);
            return in;
        } catch (SealingException e) {
            closeQuietly(in);
            throw e;
        } catch (IOException e) {
            // The reader meets it again with its first byte.
            closeQuietly(in);
            return store.open(name);
        }
    }

    private static void closeQuietly(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            // Nothing was read from it.
        }
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        return store.list(prefix, startAfter, max);
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        return store.stat(name);
    }

    @Override
    public void delete(String name) {
        store.delete(name);
    }

    @Override
    public boolean extendLock(String name, Instant enough, Instant until) {
        return store.extendLock(name, enough, until);
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
