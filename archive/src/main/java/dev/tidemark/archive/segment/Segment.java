package dev.tidemark.archive.segment;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.roaringbitmap.RoaringBitmap;

/**
 * A segment for reading. Opening does no I/O. Nothing is handed out before its checksum agrees: bytes that don't are
 * fetched once more, and if they are wrong again a {@link dev.tidemark.archive.DamagedObjectException} names them.
 * Thread-safe; the store stays the caller's.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Segment {
    private Segment() {}

    /**
     * A segment in the archive.
     *
     * @param root what stands before the reference's names in the store: empty, or ends in a slash
     */
    public static Segment open(ObjectStore store, String root, SegmentRef ref) {
        throw new UnsupportedOperationException();
    }

    /** A segment on the local disk. */
    public static Segment open(LocalSegment local) {
        throw new UnsupportedOperationException();
    }

    /** The segment as its manifest names it. */
    public SegmentRef ref() {
        throw new UnsupportedOperationException();
    }

    /** How many records there are. */
    public int records() {
        throw new UnsupportedOperationException();
    }

    /** All entries of the key index, in order. */
    public KeyCursor index() {
        throw new UnsupportedOperationException();
    }

    /** The newest version of a key that is not newer than {@code maxMain}; a tombstone counts as one. */
    public Optional<KeyEntry> find(byte[] key, long maxMain) {
        throw new UnsupportedOperationException();
    }

    /** All versions of a key in this segment, oldest first. */
    public List<KeyEntry> versions(byte[] key) {
        throw new UnsupportedOperationException();
    }

    /** The record with that number. */
    public Change read(int ordinal) {
        throw new UnsupportedOperationException();
    }

    /** Gives the records with those numbers to {@code sink}, in revision order, on the calling thread. */
    public void scan(RoaringBitmap ordinals, Consumer<Change> sink) {
        throw new UnsupportedOperationException();
    }

    /** Gives all records to {@code sink}, in revision order, on the calling thread. */
    public void scan(Consumer<Change> sink) {
        throw new UnsupportedOperationException();
    }

    /** How many records have a main revision ≤ {@code main}: they are the ordinals 0 to that number, exclusive. */
    public int ordinalsUpTo(long main) {
        throw new UnsupportedOperationException();
    }

    /** How often bytes arrived damaged and a second fetch brought them whole. */
    public long transportFaults() {
        throw new UnsupportedOperationException();
    }
}
