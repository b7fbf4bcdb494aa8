package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.avro.RunFile;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** One file of an index run. Opening does no I/O. Thread-safe. */
final class RunPart {
    private final CheckedObject object;
    private final RunFile ref;
    private Tables tables;

    /** The small parts of the file, proven. */
    private record Tables(IndexFooter footer, KeyDirectory keys) {}

    RunPart(CheckedObject object, RunFile ref) {
        this.object = object;
        this.ref = ref;
    }

    RunFile ref() {
        return ref;
    }

    String name() {
        return object.name();
    }

    /** Whether it begins at or before a version of a key. */
    boolean beginsUpTo(byte[] key, long main) {
        ByteBuffer from = ref.getFromKey();
        int order = Arrays.compareUnsigned(
                from.array(),
                from.arrayOffset() + from.position(),
                from.arrayOffset() + from.limit(),
                key,
                0,
                key.length);
        return order < 0 || (order == 0 && ref.getFromMain() <= main);
    }

    /** The entries of the block that holds the newest version of a key up to a main revision, if any does. */
    KeyCursor near(byte[] key, long main) {
        Tables proven = tables();
        int blocks = proven.keys.blocksUpTo(key, main);
        return cursor(proven, Math.max(0, blocks - 1), blocks, 0);
    }

    /**
     * The entries of the blocks that may hold keys from one on, before another; smaller and larger ones come with them.
     *
     * @param from the first key
     * @param to the first key that is too large; empty for none
     */
    KeyCursor between(byte[] from, byte[] to, int aheadBytes) {
        Tables proven = tables();
        int first = Math.max(0, proven.keys.blocksUpTo(from, -1) - 1);
        int last = to.length == 0 ? proven.keys.blocks() : proven.keys.blocksUpTo(to, -1);
        return cursor(proven, first, Math.max(first, last), aheadBytes);
    }

    /** All entries. */
    KeyCursor all(int aheadBytes) {
        Tables proven = tables();
        return cursor(proven, 0, proven.keys.blocks(), aheadBytes);
    }

    private KeyCursor cursor(Tables proven, int from, int to, int aheadBytes) {
        return new KeyCursor(object, proven.footer, proven.keys, from, to, aheadBytes);
    }

    private synchronized Tables tables() {
        if (tables == null) {
            tables = load();
        }
        return tables;
    }

    private Tables load() {
        if (object.length() < IndexFooter.LENGTH) {
            throw new DamagedObjectException(object.name(), "is too short for a run: " + object.length() + " bytes");
        }
        int tailLength = (int) Math.min(IndexTables.TAIL_BYTES, object.length());
        long tailAt = object.length() - tailLength;
        byte[] tail = object.unchecked(tailAt, tailLength);
        IndexFooter footer = IndexTables.footer(
                object, IndexFooter.Layout.RUN, Arrays.copyOfRange(tail, tailLength - IndexFooter.LENGTH, tailLength));
        if (footer.records() != ref.getEntries()) {
            throw new DamagedObjectException(
                    object.name(), "is not the run that the manifest names: it has " + footer.records() + " entries");
        }
        long from = footer.directory().offset();
        if (from < tailAt) {
            tailAt = from;
            tail = object.unchecked(from, footer.directory().length());
        }
        byte[] directory = IndexTables.section(object, footer.directory(), tail, tailAt, "key directory");
        if (!Checksums.sha256Hex(directory).equals(ref.getDirectorySha256())) {
            throw new DamagedObjectException(object.name(), "its key directory is not the one that the manifest names");
        }
        return new Tables(footer, KeyDirectory.parse(object.name(), footer, directory));
    }
}
