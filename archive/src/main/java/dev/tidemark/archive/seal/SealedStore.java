package dev.tidemark.archive.seal;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A store whose objects are sealed: what is written is encrypted here, what is read is opened and proven here, and nobody
 * above need know of it. Lengths and offsets are those of what is sealed. What does not open
 * is fetched once more, as it may have been changed on its way. Thread-safe.
 */
final class SealedStore implements ObjectStore {
    private final ObjectStore store;
    private final Sealing sealing;
    private final InstantSource clock;
    private final Map<String, KeyRing> rings = new ConcurrentHashMap<>();
    private final SealedReads reads;

    SealedStore(ObjectStore store, Sealing sealing, InstantSource clock) {
        this.store = store;
        this.sealing = sealing;
        this.clock = clock;
        this.reads = new SealedReads(store, this::ring, sealing.clear());
        CipherWarmth.begin();
    }

    private KeyRing ring(String root) {
        return rings.computeIfAbsent(root, of -> new KeyRing(store, of, sealing, clock));
    }

    private DataKey sealer(String name) {
        return ring(SealedNames.root(name)).current();
    }

    @Override
    public void put(String name, Path file) {
        if (SealedNames.isClear(name)) {
            store.put(name, file);
            return;
        }
        Path sealed = null;
        try {
            sealed = Files.createTempFile(
                    file.toAbsolutePath().getParent(), file.getFileName().toString(), ".sealed");
            sealer(name).seal(name, file, sealed);
            store.put(name, sealed);
        } catch (IOException e) {
            throw new UncheckedIOException("sealing " + file, e);
        } catch (IllegalStateException e) {
            requireRepeated(name, () -> contentOf(file), e);
        } finally {
            deleteQuietly(sealed);
        }
    }

    private static byte[] contentOf(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // Whoever owns the directory cleans it up.
        }
    }

    @Override
    public void put(String name, byte[] bytes) {
        if (SealedNames.isClear(name)) {
            store.put(name, bytes);
            return;
        }
        try {
            store.put(name, sealer(name).seal(name, bytes));
        } catch (IllegalStateException e) {
            requireRepeated(name, () -> bytes, e);
        }
    }

    /** Sealed twice, the same bytes are others: a store that refuses them may hold them from an earlier try. */
    private void requireRepeated(String name, Supplier<byte[]> clear, IllegalStateException refused) {
        if (!exists(name) || !Arrays.equals(get(name), clear.get())) {
            throw refused;
        }
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        return store.createIfAbsent(
                name, SealedNames.isClear(name) ? bytes : sealer(name).seal(name, bytes));
    }

    @Override
    public byte[] get(String name) {
        return SealedNames.isClear(name) ? store.get(name) : reads.whole(name);
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        return SealedNames.isClear(name) ? store.read(name, offset, length) : reads.range(name, offset, length);
    }

    @Override
    public InputStream open(String name) {
        return SealedNames.isClear(name) ? store.open(name) : reads.stream(name);
    }

    /** Wrapped keys are seen by who asks for them alone. */
    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        List<ObjectInfo> seen = new ArrayList<>();
        String after = startAfter;
        List<ObjectInfo> batch;
        do {
            batch = store.list(prefix, after, max);
            for (ObjectInfo info : batch) {
                after = info.name();
                if ((SealedNames.isKey(prefix) || !SealedNames.isKey(info.name())) && seen.size() < max) {
                    seen.add(sealed(info));
                }
            }
        } while (batch.size() == max && seen.size() < max);
        return seen;
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        return store.stat(name).map(info -> SealedNames.isClear(name) || reads.isLeftClear(name) ? info : sealed(info));
    }

    /** A listing does not tell what was left clear: its length comes out a little too small then. */
    private static ObjectInfo sealed(ObjectInfo info) {
        return SealedNames.isClear(info.name())
                ? info
                : new ObjectInfo(info.name(), SealedHeader.sealedBytes(info.bytes()), info.storedAt());
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
    public Map<String, String> unusableKeys(String root) {
        Map<String, String> unusable = new TreeMap<>();
        for (KeyRing.Entry entry : ring(root).entries()) {
            entry.wraps().forEach((key, wrap) -> {
                String name = root + ArchiveLayout.wrappedKey(entry.dataKey(), key);
                if (wrap == KeyRing.Wrap.DAMAGED) {
                    unusable.put(
                            name, "key " + key + " does not open it: it is damaged, or was written for another name");
                } else if (!entry.opens()) {
                    unusable.put(name, "key " + key + ", which would open it, is not set, and no other is");
                }
            });
        }
        return unusable;
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
