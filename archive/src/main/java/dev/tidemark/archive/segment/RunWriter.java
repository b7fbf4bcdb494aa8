package dev.tidemark.archive.segment;

import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.RunFile;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes an index run to the local disk: versions of keys by (key, main, sub), in files by key. A file ends before its
 * directory is more than one small read, and so does a block. Not thread-safe.
 */
public final class RunWriter implements VersionSink, Closeable {
    /** With the footer and one more row it stays below what opening a run reads at once, but for very long keys. */
    private static final int DIRECTORY_BYTES = 60 << 10;

    private static final int BLOCK_BYTES = 32 << 10;
    /** Entries of a run are small, and it takes one read to look into a block. */
    private static final int BLOCKS_IN_ONE = 16;

    private final Path directory;
    private final long firstMain;
    private final long fileBytes;
    private final int blockEntries;
    private final List<RunFile> finished = new ArrayList<>();
    private final Bytes last = new Bytes(256);
    private long lastMain;
    private long lastSub;
    private Part part;

    /**
     * @param directory where the files go
     * @param firstMain a main revision that is not larger than any version's
     */
    public RunWriter(Path directory, long firstMain, SegmentLimits limits) {
        this.directory = directory;
        this.firstMain = firstMain;
        this.fileBytes = limits.segmentBytes();
        this.blockEntries = limits.indexBlockEntries() * BLOCKS_IN_ONE;
    }

    /** A file under way. */
    private final class Part {
        private final DigestedFile file;
        private final KeyBlockWriter blocks;
        private final byte[] fromKey;
        private final long fromMain;

        private Part(byte[] fromKey, long fromMain) {
            this.file = new DigestedFile(directory.resolve(finished.size() + ".run"));
            this.file.write(IndexFooter.Layout.RUN.head());
            this.blocks = new KeyBlockWriter(file, firstMain, blockEntries, BLOCK_BYTES);
            this.fromKey = fromKey;
            this.fromMain = fromMain;
        }

        private boolean isFull() {
            boolean large = blocks.fileBytes() + blocks.directoryBytes() + BLOCK_BYTES > fileBytes;
            return (large && blocks.entries() >= blockEntries) || blocks.directoryBytes() > DIRECTORY_BYTES;
        }

        private RunFile finish() {
            int keyBlocks = blocks.finish();
            byte[] directory = blocks.directory();
            IndexFooter.Section column = IndexFooter.Section.write(file, new byte[0]);
            IndexFooter.Section table = IndexFooter.Section.write(file, new byte[0]);
            IndexFooter.Section keys = IndexFooter.Section.write(file, directory);
            file.write(new IndexFooter(
                            IndexFooter.Layout.RUN, column, table, keys, blocks.entries(), firstMain, 0, 0, keyBlocks)
                    .bytes());
            ObjectRef ref = file.finish();
            return new RunFile(
                    ref, Checksums.sha256Hex(directory), blocks.entries(), ByteBuffer.wrap(fromKey), fromMain, 0L);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it does not come after the version before it
     */
    @Override
    public void version(byte[] key, int keyLength, long main, long sub, boolean tombstone) {
        int mismatch = Arrays.mismatch(last.array(), 0, last.size(), key, 0, keyLength);
        boolean sameKey = mismatch < 0;
        int shared = sameKey ? keyLength : mismatch;
        checkOrder(shared, sameKey, key, keyLength, main, sub);
        if (part == null || part.isFull()) {
            cut();
            part = new Part(Arrays.copyOf(key, Math.min(keyLength, shared + 1)), main);
        }
        boolean begins = part.blocks.beginsBlock();
        Bytes out = part.blocks.entry(key, 0, keyLength, begins ? 0 : shared, main);
        long before = !begins && sameKey ? lastMain : firstMain;
        out.varint(((main - before) << 1) | (tombstone ? 1 : 0));
        out.varint(sub);
        last.clear();
        last.raw(key, 0, keyLength);
        lastMain = main;
        lastSub = sub;
    }

    /**
     * Writes a run anew in files of about the same size.
     *
     * @param local a run on the local disk
     * @param files how many, at most one for each entry; more where one would become too large
     * @param directory where they go
     */
    public static IndexRun evenly(IndexRun local, long files, Path directory, SegmentLimits limits) {
        long entries = local.getFiles().stream().mapToLong(RunFile::getEntries).sum();
        try (RunWriter out = new RunWriter(directory, 0, limits)) {
            VersionCursor all = KeyRun.open(local).entries();
            for (long n = 0; all.next(); n++) {
                if (n * files / entries > (n - 1) * files / entries) {
                    out.cut();
                }
                out.version(all.keyArray(), all.keyLength(), all.main(), all.sub(), all.tombstone());
            }
            return out.finish();
        }
    }

    private void checkOrder(int shared, boolean sameKey, byte[] key, int keyLength, long main, long sub) {
        boolean isFirst = part == null;
        boolean rises = sameKey
                ? main > lastMain || (main == lastMain && sub > lastSub)
                : shared == last.size()
                        || (shared < keyLength && Byte.compareUnsigned(last.array()[shared], key[shared]) < 0);
        if ((!isFirst && !rises) || main < firstMain) {
            throw new IllegalArgumentException("version " + main + "/" + sub + " of a key is out of order");
        }
    }

    /** Ends the run; its files bear their paths as names. */
    public IndexRun finish() {
        cut();
        return new IndexRun(List.copyOf(finished), 0L);
    }

    /** The next version begins a new file. */
    private void cut() {
        if (part != null) {
            finished.add(part.finish());
            part = null;
        }
    }

    @Override
    public void close() {
        if (part != null) {
            part.file.close();
        }
    }
}
