package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.SegmentRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * A segment for reading. Opening does no I/O. Nothing is handed out before its checksum agrees: bytes that don't are
 * fetched once more, and if they are wrong again a {@link dev.tidemark.archive.DamagedObjectException} names them.
 * Thread-safe; the store stays the caller's.
 */
public final class Segment {
    private static final int CURSOR_AHEAD_BYTES = 1 << 20;

    /** Up to this many blocks a second thread costs more than it gives. */
    private static final int BLOCKS_IN_LINE = 4;

    private static final byte[] NO_BUFFER = {};

    private final CheckedObject data;
    private final CheckedObject index;
    private final SegmentRef ref;
    private final AtomicLong transportFaults;
    private IndexTables tables;

    private Segment(CheckedObject data, CheckedObject index, SegmentRef ref, AtomicLong transportFaults) {
        this.data = data;
        this.index = index;
        this.ref = ref;
        this.transportFaults = transportFaults;
    }

    /**
     * A segment in the archive.
     *
     * @param root what stands before the reference's names in the store: empty, or ends in a slash
     */
    public static Segment open(ObjectStore store, String root, SegmentRef ref) {
        AtomicLong faults = new AtomicLong();
        return new Segment(
                CheckedObject.in(store, root, ref.getData(), faults),
                CheckedObject.in(store, root, ref.getIndex(), faults),
                ref,
                faults);
    }

    /** A segment on the local disk. */
    public static Segment open(LocalSegment local) {
        AtomicLong faults = new AtomicLong();
        SegmentRef ref = local.summary();
        return new Segment(
                CheckedObject.at(local.data(), ref.getData(), faults),
                CheckedObject.at(local.index(), ref.getIndex(), faults),
                ref,
                faults);
    }

    /** The segment as its manifest names it. */
    public SegmentRef ref() {
        return ref;
    }

    /** How many records there are. */
    public int records() {
        return Math.toIntExact(ref.getRecords());
    }

    /** All entries of the key index, in order. */
    public KeyCursor index() {
        return index(CURSOR_AHEAD_BYTES);
    }

    /** The entries of the key index that begin with {@code prefix}, in order; a few others come with them. */
    public KeyCursor indexOf(byte[] prefix) {
        IndexTables proven = tables();
        byte[] end = Prefixes.end(prefix);
        int from = Math.max(0, proven.keys().blocksUpTo(prefix, -1) - 1);
        int to = end.length == 0 ? proven.keys().blocks() : proven.keys().blocksUpTo(end, -1);
        return new KeyCursor(index, proven.footer(), proven.keys(), from, Math.max(from, to), CURSOR_AHEAD_BYTES);
    }

    /** All entries of the key index, fetched in pieces of about so many bytes. */
    KeyCursor index(int aheadBytes) {
        IndexTables proven = tables();
        return new KeyCursor(
                index, proven.footer(), proven.keys(), 0, proven.keys().blocks(), aheadBytes);
    }

    /** The newest version of a key that is not newer than {@code maxMain}; a tombstone counts as one. */
    public Optional<KeyEntry> find(byte[] key, long maxMain) {
        IndexTables proven = tables();
        int blocks = proven.keys().blocksUpTo(key, maxMain);
        Optional<KeyEntry> newest = Optional.empty();
        KeyCursor cursor = new KeyCursor(index, proven.footer(), proven.keys(), Math.max(0, blocks - 1), blocks, 0);
        while (cursor.next()) {
            int order = compare(cursor, key);
            if (order > 0 || (order == 0 && cursor.main() > maxMain)) {
                break;
            }
            if (order == 0) {
                newest = Optional.of(cursor.entry());
            }
        }
        return newest;
    }

    /** All versions of a key in this segment, oldest first. */
    public List<KeyEntry> versions(byte[] key) {
        IndexTables proven = tables();
        int from = proven.keys().blocksUpTo(key, -1);
        int to = proven.keys().blocksUpTo(key, Long.MAX_VALUE);
        List<KeyEntry> versions = new ArrayList<>();
        KeyCursor cursor =
                new KeyCursor(index, proven.footer(), proven.keys(), Math.max(0, from - 1), to, CURSOR_AHEAD_BYTES);
        while (cursor.next()) {
            if (compare(cursor, key) == 0) {
                versions.add(cursor.entry());
            }
        }
        return versions;
    }

    /** The record with that number. */
    public Change read(int ordinal) {
        checkOrdinal(ordinal);
        DataBlocks blocks = new DataBlocks(data, tables().blocks());
        int block = blocks.table().blockOf(ordinal);
        byte[] fetched =
                data.unchecked(blocks.table().offset(block), blocks.table().length(block));
        List<Change> found = new ArrayList<>(1);
        blocks.decoder()
                .decode(blocks.open(block, fetched, 0, NO_BUFFER), candidate -> candidate == ordinal, found::add);
        return found.get(0);
    }

    /**
     * The record at a place of the log.
     *
     * @throws dev.tidemark.archive.DamagedObjectException if the segment has none there
     */
    public Change read(long main, long sub) {
        List<Change> found = new ArrayList<>(1);
        scan(List.of(new Version(main, sub, false)), found::add);
        return found.get(0);
    }

    /**
     * Gives the records at those places of the log to {@code sink}, in revision order, on the calling thread; reads the
     * block table and the blocks alone.
     *
     * @param places rising; whether they are tombstones makes no difference
     * @throws dev.tidemark.archive.DamagedObjectException if the segment has none at one of them
     */
    public void scan(List<Version> places, Consumer<Change> sink) {
        BlockTable table = tables().blocks();
        int[] wanted = places.stream()
                .mapToInt(place -> table.blockAt(place.main(), place.sub()))
                .filter(block -> block >= 0)
                .distinct()
                .toArray();
        Iterator<Version> rest = places.iterator();
        Version[] next = {rest.hasNext() ? rest.next() : null};
        scan(wanted, ordinal -> true, change -> {
            if (next[0] != null && change.main() == next[0].main() && change.sub() == next[0].sub()) {
                sink.accept(change);
                next[0] = rest.hasNext() ? rest.next() : null;
            }
        });
        if (next[0] != null) {
            throw new DamagedObjectException(
                    data.name(), "has no record " + next[0].main() + "/" + next[0].sub() + ", which an index names");
        }
    }

    /**
     * Gives the records with those numbers to {@code sink}, in revision order, on the calling thread.
     *
     * @throws IllegalArgumentException if the segment has no record of such a number
     */
    public void scan(RoaringBitmap ordinals, Consumer<Change> sink) {
        if (ordinals.isEmpty()) {
            return;
        }
        checkOrdinal(ordinals.last());
        BlockTable table = tables().blocks();
        int[] wanted = IntStream.range(0, table.blocks())
                .filter(b -> ordinals.intersects((long) table.firstOrdinal(b), (long) table.endOrdinal(b)))
                .toArray();
        scan(wanted, ordinals::contains, sink);
    }

    /** Gives all records to {@code sink}, in revision order, on the calling thread. */
    public void scan(Consumer<Change> sink) {
        scan(IntStream.range(0, tables().blocks().blocks()).toArray(), ordinal -> true, sink);
    }

    /** The last record that may have been committed before a time, by its lower bound, whether or not those bounds rise. */
    public Optional<Change> lastPossiblyBefore(long millis) {
        BlockTable table = tables().blocks();
        for (int block = table.blocks() - 1; block >= 0; block--) {
            if (table.notBeforeMillis(block) < millis) {
                List<Change> possible = new ArrayList<>();
                scan(new int[] {block}, ordinal -> true, change -> {
                    if (change.notBeforeMillis() < millis) {
                        possible.add(change);
                    }
                });
                return Optional.of(possible.get(possible.size() - 1));
            }
        }
        return Optional.empty();
    }

    /** How many records have a main revision ≤ {@code main}: they are the ordinals 0 to that number, exclusive. */
    public int ordinalsUpTo(long main) {
        if (main < ref.getFirstMain()) {
            return 0;
        }
        if (main >= ref.getLastMain()) {
            return records();
        }
        IndexFooter.Section column = tables().footer().column();
        byte[] bytes = index.read(column.offset(), column.length(), column.crc32c(), "revision column");
        ByteReader in = new ByteReader(index.name(), "revision column").over(bytes, 0, bytes.length);
        long at = ref.getFirstMain();
        for (int ordinal = 0; ordinal < records(); ordinal++) {
            at += in.varint();
            in.varint();
            if (at > main) {
                return ordinal;
            }
        }
        throw in.malformed("ends before revision " + ref.getLastMain());
    }

    /** Takes the places of records. */
    public interface PlaceSink {
        /** The next record's place. */
        void place(long main, long sub);
    }

    /** Gives the (main, sub) of the records with those numbers to {@code sink}, in order; reads no data. */
    public void places(RoaringBitmap ordinals, PlaceSink sink) {
        if (ordinals.isEmpty()) {
            return;
        }
        checkOrdinal(ordinals.last());
        IndexFooter.Section column = tables().footer().column();
        byte[] bytes = index.read(column.offset(), column.length(), column.crc32c(), "revision column");
        ByteReader in = new ByteReader(index.name(), "revision column").over(bytes, 0, bytes.length);
        PeekableIntIterator wanted = ordinals.getIntIterator();
        long main = ref.getFirstMain();
        long sub = -1;
        for (int ordinal = 0; wanted.hasNext(); ordinal++) {
            long step = in.varint();
            long rest = in.varint();
            sub = step == 0 && ordinal > 0 ? sub + 1 + rest : rest;
            main += step;
            if (wanted.peekNext() == ordinal) {
                sink.place(main, sub);
                wanted.next();
            }
        }
    }

    /**
     * How much of the segment some of its records are, by the block: of each block as large a part of its bytes as of its
     * records.
     */
    public LiveSize sizeOf(RoaringBitmap ordinals) {
        return LiveSize.of(tables(), ordinals);
    }

    /** How often bytes arrived damaged and a second fetch brought them whole. */
    public long transportFaults() {
        return transportFaults.get();
    }

    /** The index's object. */
    CheckedObject indexObject() {
        return index;
    }

    /** The data's object. */
    CheckedObject dataObject() {
        return data;
    }

    /** The small parts of the index, proven. */
    synchronized IndexTables tables() {
        if (tables == null) {
            tables = IndexTables.load(index, ref);
        }
        return tables;
    }

    private void scan(int[] wanted, BlockDecoder.Wanted records, Consumer<Change> sink) {
        DataBlocks blocks = new DataBlocks(data, tables().blocks());
        BlockReader reader = new BlockReader(blocks, wanted);
        BlockDecoder decoder = blocks.decoder();
        if (wanted.length <= BLOCKS_IN_LINE) {
            while (reader.hasNext()) {
                decoder.decode(reader.next(NO_BUFFER), records, sink);
            }
            return;
        }
        try (Prefetch prefetch = new Prefetch(reader, data.name())) {
            for (DataBlock block = prefetch.take(); block != null; block = prefetch.take()) {
                decoder.decode(block, records, sink);
                prefetch.giveBack(block);
            }
        }
    }

    private void checkOrdinal(int ordinal) {
        if (ordinal < 0 || ordinal >= records()) {
            throw new IllegalArgumentException(data.name() + " has records 0 to " + (records() - 1) + ", not "
                    + Integer.toUnsignedString(ordinal));
        }
    }

    private static int compare(KeyCursor cursor, byte[] key) {
        return Arrays.compareUnsigned(cursor.keyArray(), 0, cursor.keyLength(), key, 0, key.length);
    }
}
