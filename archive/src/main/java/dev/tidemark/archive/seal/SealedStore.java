package dev.tidemark.archive.seal;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A store whose objects are sealed: what is written is encrypted here, what is read is opened and proven here, and nobody
 * above need know of it. Lengths and offsets are those of what is sealed. What does not open
 * is fetched once more, as it may have been changed on its way. Thread-safe.
 */
final class SealedStore extends StoreOver {
    private final Sealing sealing;
    private final InstantSource clock;
    private final Map<String, KeyRing> rings = new ConcurrentHashMap<>();
    private final SealedReads reads;

    SealedStore(ObjectStore store, Sealing sealing, InstantSource clock) {
        super(store);
        this.sealing = sealing;
        this.clock = clock;
        this.reads = new SealedReads(store, this::ring, sealing.clear());
        CipherWarmth.begin();
    }

    private KeyRing ring(String root) {
        return rings.computeIfAbsent(root, of -> new KeyRing(store, of, sealing, clock, sealing.random()));
    }

    @Override
    void requireWritable(String root) {
        ring(root).current();
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
            sealed = seal(name, file);
            store.put(name, sealed);
        } catch (IllegalStateException e) {
            requireRepeated(name, () -> contentOf(file), e);
        } finally {
            deleteQuietly(sealed);
        }
    }

    private Path seal(String name, Path file) {
        Path directory = file.toAbsolutePath().getParent();
        DataKey key = sealer(name);
        Path sealed = null;
        try {
            sealed = Files.createTempFile(directory, file.getFileName().toString(), ".sealed");
            key.seal(name, file, sealed);
            return sealed;
        } catch (IOException e) {
            deleteQuietly(sealed);
            throw new ArchiveException(
                    Failure.UNAVAILABLE,
                    "sealing " + file + " failed: " + e,
                    "look at " + directory + ": is there room for each upload twice?",
                    e);
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
        if (SealedNames.isClear(name)) {
            return store.createIfAbsent(name, bytes);
        }
        if (bytes.length > MAX_CREATE_BYTES) {
            throw new IllegalArgumentException(name + ": " + bytes.length + " bytes cannot be created in one part");
        }
        DataKey key;
        try {
            key = sealer(name);
        } catch (StoreUnavailableException e) {
            // Nothing was sent yet, which is one of the things that this may mean.
            return CreateOutcome.UNKNOWN;
        }
        return store.createIfAbsent(name, key.seal(name, bytes));
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

    /** A listing does not tell what was left clear: its length, and what is summed of it, comes out a little too small. */
    private static ObjectInfo sealed(ObjectInfo info) {
        return SealedNames.isClear(info.name())
                ? info
                : new ObjectInfo(info.name(), SealedHeader.sealedBytes(info.bytes()), info.storedAt());
    }

    @Override
    public Map<String, String> damagedKeys(String root) {
        return ring(root).damaged();
    }
}
