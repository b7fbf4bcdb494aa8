package dev.tidemark.restorer.restore;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A store in which one bit of one object is wrong, however often it is read. */
final class AlteredStore implements ObjectStore {
    private final ObjectStore whole;
    private final String altered;
    private final long at;

    AlteredStore(ObjectStore whole, String altered, long at) {
        this.whole = whole;
        this.altered = altered;
        this.at = at;
    }

    @Override
    public byte[] get(String name) {
        return alter(name, 0, whole.get(name));
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        return alter(name, offset, whole.read(name, offset, length));
    }

    @Override
    public InputStream open(String name) {
        return name.equals(altered) ? new ByteArrayInputStream(get(name)) : whole.open(name);
    }

    private byte[] alter(String name, long offset, byte[] bytes) {
        if (!name.equals(altered) || at < offset || at >= offset + bytes.length) {
            return bytes;
        }
        byte[] copy = Arrays.copyOf(bytes, bytes.length);
        copy[(int) (at - offset)] ^= 0x10;
        return copy;
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
