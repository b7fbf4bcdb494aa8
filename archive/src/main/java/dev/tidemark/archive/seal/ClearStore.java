package dev.tidemark.archive.seal;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A store of who has no keys: an archive that is sealed is neither read nor written, and says which key it needs. */
final class ClearStore extends StoreOver {
    private static final int MAGIC_BYTES = 4;
    private static final Duration ASKED_EVERY = Duration.ofMinutes(1);

    private final Sealing sealing;
    private final InstantSource clock;
    private final Map<String, Instant> clear = new ConcurrentHashMap<>();

    ClearStore(ObjectStore store, Sealing sealing, InstantSource clock) {
        super(store);
        this.sealing = sealing;
        this.clock = clock;
    }

    /**
     * Nothing is written in the clear into an archive that others seal; whether they do is asked once a minute.
     *
     * @throws SealingException if there are data keys
     */
    @Override
    void requireWritable(String root) {
        Instant now = clock.instant();
        Instant asked = clear.getOrDefault(root, Instant.EPOCH);
        if (asked.isAfter(now) || asked.plus(ASKED_EVERY).isBefore(now)) {
            List<ObjectInfo> keys = store.list(root + ArchiveLayout.keys(), "", 1);
            if (!keys.isEmpty()) {
                String name = keys.get(0).name();
                throw sealing.lacks(root, List.of(name.substring(name.indexOf('.', root.length()) + 1)));
            }
            clear.put(root, now);
        }
    }

    private void mayWrite(String name) {
        if (!SealedNames.isClear(name)) {
            requireWritable(SealedNames.root(name));
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
        try {
            mayWrite(name);
        } catch (StoreUnavailableException e) {
            return CreateOutcome.UNKNOWN;
        }
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
        InputStream in = store.open(name);
        try {
            byte[] head = in.readNBytes(MAGIC_BYTES);
            readable(name, head);
            return new SequenceInputStream(new ByteArrayInputStream(head), in);
        } catch (IOException e) {
            return new BrokenStream(in, e);
        } catch (RuntimeException e) {
            BrokenStream.closeQuietly(in);
            throw e;
        }
    }
}
