package dev.tidemark.archive.store;

import dev.tidemark.archive.DamagedObjectException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Objects in memory, gone with the process. Stricter than a real store: whatever would overwrite an object with other
 * bytes is refused.
 */
public final class MemoryStore implements ObjectStore {
    private static final URI HERE = URI.create("memory:///");

    private final NavigableMap<String, Entry> objects = new ConcurrentSkipListMap<>();
    private final InstantSource clock;
    private volatile boolean closed;

    /** An empty store. */
    public MemoryStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void put(String name, Path file) {
        try {
            put(name, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    @Override
    public void put(String name, byte[] bytes) {
        checkOpen();
        ObjectNames.checkName(name);
        Entry before = objects.putIfAbsent(name, entry(name, bytes));
        if (before != null && !Arrays.equals(before.bytes, bytes)) {
            throw new IllegalStateException(name + " exists with other bytes");
        }
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        checkOpen();
        ObjectNames.checkCreate(name, bytes);
        return objects.putIfAbsent(name, entry(name, bytes)) == null ? CreateOutcome.CREATED : CreateOutcome.EXISTS;
    }

    @Override
    public byte[] get(String name) {
        return find(name).bytes.clone();
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        ObjectNames.checkRange(name, offset, length);
        byte[] bytes = find(name).bytes;
        if (offset > bytes.length - length) {
            throw new DamagedObjectException(
                    name,
                    "is " + bytes.length + " bytes long, but " + length + " bytes at " + offset + " were asked for");
        }
        return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
    }

    @Override
    public InputStream open(String name) {
        return new ByteArrayInputStream(find(name).bytes);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        checkOpen();
        ObjectNames.checkList(prefix, startAfter, max);
        boolean afterPrefix = startAfter.compareTo(prefix) >= 0;
        return objects.tailMap(afterPrefix ? startAfter : prefix, !afterPrefix).values().stream()
                .map(Entry::info)
                .takeWhile(info -> info.name().startsWith(prefix))
                .limit(max)
                .toList();
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        checkOpen();
        ObjectNames.checkName(name);
        return Optional.ofNullable(objects.get(name)).map(Entry::info);
    }

    @Override
    public void delete(String name) {
        checkOpen();
        ObjectNames.checkName(name);
        objects.remove(name);
    }

    @Override
    public URI uri() {
        return HERE;
    }

    @Override
    public void close() {
        closed = true;
    }

    private Entry find(String name) {
        checkOpen();
        ObjectNames.checkName(name);
        Entry entry = objects.get(name);
        if (entry == null) {
            throw new MissingObjectException(name, HERE.toString(), null);
        }
        return entry;
    }

    private Entry entry(String name, byte[] bytes) {
        return new Entry(new ObjectInfo(name, bytes.length, clock.instant()), bytes.clone());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    /** An object as it is kept: what a listing says of it, and its bytes. */
    private record Entry(ObjectInfo info, byte[] bytes) {}
}
