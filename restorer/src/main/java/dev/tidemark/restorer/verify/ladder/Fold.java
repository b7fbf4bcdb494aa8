package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Works out which records are their key's last state, from the records themselves and in another way than the archive's
 * own: keys are dealt into files by their hash, and one file's keys at a time are kept in memory. Not thread-safe.
 */
public final class Fold implements AutoCloseable {
    private static final int RECORDS_IN_MEMORY = 1 << 17;
    private static final int MOST_FILES = 512;

    private final List<Path> files = new ArrayList<>();
    private final List<DataOutputStream> outs = new ArrayList<>();
    private final int segments;

    /** Which last tombstones stay. */
    public enum Tombstones {
        /** All of them. */
        KEPT,
        /** Those of the last revision. */
        OF_THE_LAST_REVISION
    }

    /** Where a key's last record stands. */
    private record Place(int segment, int ordinal, long main, boolean tombstone) {}

    /**
     * @param directory an empty place for files
     * @param records how many there will be, about
     */
    public Fold(Path directory, long records, int segments) {
        this.segments = segments;
        long wanted = 1 + records / RECORDS_IN_MEMORY;
        try {
            for (int i = 0; i < Math.min(wanted, MOST_FILES); i++) {
                files.add(directory.resolve("keys-" + i));
                outs.add(new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(files.get(i)))));
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The next record of a segment, in revision order over all. */
    public void add(int segment, int ordinal, Change change) {
        int hash = new Key(change.key()).hashCode();
        DataOutputStream out = outs.get(Math.floorMod(hash, outs.size()));
        try {
            out.writeInt(change.key().length);
            out.write(change.key());
            out.writeLong(change.main());
            out.writeBoolean(change.isTombstone());
            out.writeInt(segment);
            out.writeInt(ordinal);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** For each segment the ordinals of what survives at a revision; may be asked several times. */
    public List<BitSet> survivors(long revision, Tombstones tombstones) {
        List<BitSet> live = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            live.add(new BitSet());
        }
        try {
            for (int i = 0; i < files.size(); i++) {
                outs.get(i).flush();
                for (Place place : last(files.get(i), revision).values()) {
                    boolean stays = !place.tombstone || tombstones == Tombstones.KEPT || place.main == revision;
                    if (stays) {
                        live.get(place.segment).set(place.ordinal);
                    }
                }
            }
        } catch (IOException e) {
            throw broken(e);
        }
        return live;
    }

    private static Map<Key, Place> last(Path file, long revision) throws IOException {
        Map<Key, Place> last = new HashMap<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            while (true) {
                Key key = new Key(in.readNBytes(in.readInt()));
                long main = in.readLong();
                boolean tombstone = in.readBoolean();
                Place place = new Place(in.readInt(), in.readInt(), main, tombstone);
                if (main <= revision) {
                    last.put(key, place);
                }
            }
        } catch (EOFException end) {
            return last;
        }
    }

    /** A key that knows its hash. */
    private static final class Key {
        private final ByteBuffer bytes;
        private final int hash;

        Key(byte[] bytes) {
            this.bytes = ByteBuffer.wrap(bytes);
            int mixed = this.bytes.hashCode() * 0x9e3779b9;
            this.hash = mixed ^ (mixed >>> 15);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Key other && hash == other.hash && bytes.equals(other.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private static ArchiveException broken(IOException e) {
        return new ArchiveException(
                Failure.UNAVAILABLE,
                "the local disk cannot be written or read: " + e.getMessage(),
                "check its free space and its health; spool.dir says where it is used",
                e);
    }

    @Override
    public void close() {
        try {
            for (int i = 0; i < outs.size(); i++) {
                outs.get(i).close();
                Files.deleteIfExists(files.get(i));
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }
}
