package dev.tidemark.restorer.restore;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.PassingStore;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;

/** A store in which one bit of one object is wrong, however often it is read. */
final class AlteredStore extends PassingStore {
    private final String altered;
    private final long at;

    AlteredStore(ObjectStore whole, String altered, long at) {
        super(whole);
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
}
