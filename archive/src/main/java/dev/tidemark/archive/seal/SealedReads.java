package dev.tidemark.archive.seal;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.SoundReads;
import dev.tidemark.archive.store.StoreUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * Opens what comes from a store. What does not open is fetched once more: only the same bytes twice are damaged where they
 * rest. Thread-safe.
 */
final class SealedReads {
    private final ObjectStore store;
    private final Function<String, KeyRing> rings;
    private final Sealing.Clear clear;
    private final HeadCache heads;

    /** @param rings the data keys of the cluster below a root */
    SealedReads(ObjectStore store, Function<String, KeyRing> rings, Sealing.Clear clear) {
        this.store = store;
        this.rings = rings;
        this.clear = clear;
        this.heads = new HeadCache(store);
    }

    /** Whether an object that begins so was written before there were keys, and may be read. */
    boolean isLeftClear(byte[] head) {
        return clear == Sealing.Clear.READ && !SealedHeader.isSealed(head);
    }

    /** The same, by its name; asked each time, as what is not sealed cannot be proven to be so. */
    boolean isLeftClear(String name) {
        return clear == Sealing.Clear.READ && heads.find(name).isEmpty() && isLeftClear(heads.fetch(name));
    }

    /** A whole object. */
    byte[] whole(String name) {
        byte[] object = store.get(name);
        if (isLeftClear(object)) {
            return object;
        }
        Fetched seen = Fetched.whole(object);
        return openedWhole(name, seen).orElseGet(() -> {
            Fetched again = Fetched.whole(store.get(name));
            return settled(name, seen, again, openedWhole(name, again));
        });
    }

    private Optional<byte[]> openedWhole(String name, Fetched fetched) {
        long length =
                SealedHeader.decode(fetched.head()).map(SealedHeader::length).orElse(-1L);
        return opened(name, fetched).filter(bytes -> bytes.length == length);
    }

    /** A range of what is sealed. */
    byte[] range(String name, long offset, int length) {
        Optional<byte[]> known = heads.find(name);
        if (known.isPresent()) {
            Fetched seen = fetch(name, known.get(), offset, length);
            Optional<byte[]> opened = opened(name, seen);
            if (opened.isPresent()) {
                return cut(name, seen, opened.get(), offset, length);
            }
        }
        // What is judged is what comes now, the header too.
        byte[] head = heads.fetch(name);
        if (isLeftClear(head)) {
            return store.read(name, offset, length);
        }
        Fetched seen = fetch(name, head, offset, length);
        Optional<byte[]> opened = opened(name, seen);
        if (opened.isPresent()) {
            return cut(name, seen, opened.get(), offset, length);
        }
        Fetched again = fetch(name, heads.fetch(name), offset, length);
        return cut(name, again, settled(name, seen, again, opened(name, again)), offset, length);
    }

    /** The segments of a range, as far as the object reaches by its header; none if it does not reach that far. */
    private Fetched fetch(String name, byte[] head, long offset, int length) {
        Optional<SealedHeader> header = SealedHeader.decode(head);
        if (header.isEmpty()) {
            return new Fetched(head, 0, new byte[0]);
        }
        long newest = header.get().segments() - 1;
        long first = Math.min(SealedHeader.segmentOf(offset), newest);
        long last = Math.min(SealedHeader.segmentOf(offset + Math.max(length - 1, 0)), newest);
        long from = Math.max(SealedHeader.BYTES, first * SealedHeader.SEGMENT_BYTES);
        long end = Math.min(header.get().storedBytes(), (last + 1) * SealedHeader.SEGMENT_BYTES);
        try {
            return new Fetched(head, first, store.read(name, from, Math.toIntExact(end - from)));
        } catch (DamagedObjectException e) {
            // The object is shorter than its header says, or the header has arrived so.
            return new Fetched(head, first, new byte[0]);
        }
    }

    /** The whole object as a stream. */
    InputStream stream(String name) {
        InputStream in = store.open(name);
        try {
            byte[] head = in.readNBytes(SealedHeader.BYTES);
            return isLeftClear(head)
                    ? new SequenceInputStream(new ByteArrayInputStream(head), in)
                    : new SealedStream(this, name, head, in);
        } catch (IOException e) {
            return new BrokenStream(in, e);
        }
    }

    private static byte[] cut(String name, Fetched fetched, byte[] opened, long offset, int length) {
        long from = offset - SealedHeader.beginOf(fetched.first());
        if (from > opened.length - (long) length) {
            throw new DamagedObjectException(
                    name,
                    "is " + (SealedHeader.beginOf(fetched.first()) + opened.length) + " bytes long, but " + length
                            + " bytes at " + offset + " were asked for");
        }
        return from == 0 && opened.length == length
                ? opened
                : Arrays.copyOfRange(opened, (int) from, (int) from + length);
    }

    /**
     * Segments of a stream that did not open, fetched once more.
     *
     * @param bytes how many bytes they should have
     * @throws IOException if the stream came damaged otherwise than in these segments, which are sound: begin anew
     */
    byte[] settled(String name, Fetched seen, int bytes) throws IOException {
        byte[] head = heads.fetch(name);
        if (!Arrays.equals(head, seen.head())) {
            throw new IOException(name + " began damaged");
        }
        long from = Math.max(SealedHeader.BYTES, seen.first() * SealedHeader.SEGMENT_BYTES);
        Fetched again = new Fetched(head, seen.first(), bytes == 0 ? new byte[0] : store.read(name, from, bytes));
        try {
            return settled(name, seen, again, opened(name, again));
        } catch (StoreUnavailableException e) {
            throw new IOException(e);
        }
    }

    /**
     * A stream goes on where its object should end.
     *
     * @throws DamagedObjectException if the object does
     */
    void requireEnd(String name, long storedBytes) throws IOException {
        if (store.stat(name).filter(info -> info.bytes() == storedBytes).isEmpty()) {
            throw new DamagedObjectException(name, "is longer than its header says");
        }
        throw new IOException(name + " came longer than it is");
    }

    /** What a second fetch brought, if that is what was sealed. */
    private byte[] settled(String name, Fetched seen, Fetched again, Optional<byte[]> opened) {
        if (opened.isPresent()) {
            SoundReads.arrivedDamaged(name);
            return opened.get();
        }
        if (seen.isSameAs(again)) {
            throw new DamagedObjectException(name, problem(name, SealedHeader.decode(again.head())));
        }
        throw new StoreUnavailableException(
                name + " in " + store.uri() + " came damaged twice, each time differently",
                "something between here and the store changes bytes: network, proxy or memory",
                null);
    }

    private String problem(String name, Optional<SealedHeader> header) {
        if (header.isEmpty()) {
            return "is not sealed, though encryption.keys is set: it is damaged, or of nobody who has the keys, or older"
                    + " than the keys (then set encryption.clear to read)";
        }
        String root = SealedNames.root(name);
        String key = header.get().dataKey();
        return rings.apply(root).find(key).isPresent()
                ? "does not open with its data key " + key + ": it was changed where it rests, or is another object's"
                : "names data key " + key + ", of which nothing is left below " + root + ArchiveLayout.keys()
                        + ": put it back from a copy, unless this object alone is damaged";
    }

    /** What is sealed in these segments; empty if they are not what was sealed under that name. */
    Optional<byte[]> opened(String name, Fetched fetched) {
        Optional<SealedHeader> header = SealedHeader.decode(fetched.head());
        if (header.isEmpty()) {
            return Optional.empty();
        }
        return rings.apply(SealedNames.root(name))
                .find(header.get().dataKey())
                .flatMap(key -> key.open(name, header.get(), fetched.head(), fetched.first(), fetched.sealed()))
                .map(bytes -> {
                    heads.proven(name, fetched.head());
                    return bytes;
                });
    }
}
