package dev.tidemark.archive.catalog;

import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A sound store at the end of a bad line: one of the answers arrives with a flipped bit. */
final class DamagingStore implements ObjectStore {
    private final ObjectStore store;
    private final int which;
    private final Random random;
    private int answers;
    private boolean damaged;

    /**
     * @param which answer arrives damaged, from 0
     */
    DamagingStore(ObjectStore store, int which, Random random) {
        this.store = store;
        this.which = which;
        this.random = random;
    }

    /** How many answers there were that could be damaged. */
    int answers() {
        return answers;
    }

    boolean hasDamaged() {
        return damaged;
    }

    private byte[] arrived(byte[] bytes) {
        if (answers++ != which || bytes.length == 0) {
            return bytes;
        }
        damaged = true;
        byte[] changed = bytes.clone();
        changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    @Override
    public void put(String name, Path file) {
        store.put(name, file);
    }

    @Override
    public void put(String name, byte[] bytes) {
        store.put(name, bytes);
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        return store.createIfAbsent(name, bytes);
    }

    @Override
    public byte[] get(String name) {
        return arrived(store.get(name));
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        return arrived(store.read(name, offset, length));
    }

    @Override
    public InputStream open(String name) {
        return store.open(name);
    }

    /** The name of one of the objects is another one, and may be that of an older link of a chain. */
    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        List<ObjectInfo> found = new ArrayList<>(store.list(prefix, startAfter, max));
        if (!found.isEmpty()) {
            int one = random.nextInt(found.size());
            byte[] name = found.get(one).name().getBytes(StandardCharsets.ISO_8859_1);
            byte[] end = new byte[] {name[name.length - 1]};
            byte[] changed = arrived(random.nextBoolean() ? end : name);
            if (changed.length == 1) {
                name[name.length - 1] = changed[0];
                changed = name;
            }
            found.set(
                    one,
                    new ObjectInfo(
                            new String(changed, StandardCharsets.ISO_8859_1),
                            found.get(one).bytes(),
                            found.get(one).storedAt()));
        }
        return found;
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
    public URI uri() {
        return store.uri();
    }

    @Override
    public void close() {
        store.close();
    }
}
