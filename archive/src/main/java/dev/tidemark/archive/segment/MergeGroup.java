package dev.tidemark.archive.segment;

import dev.tidemark.schemas.avro.ObjectRef;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest versions of some neighbouring inputs of a merge, on the local disk: one input of the next pass. Its entries'
 * ordinals count through the records of all of them. Not thread-safe.
 */
final class MergeGroup {
    private static final int BLOCK_ENTRIES = 4096;
    private static final int BLOCK_BYTES = 64 << 10;

    private final CheckedObject object;
    private final IndexFooter footer;
    private final KeyDirectory keys;
    /** Where each input's records begin; one more than there are inputs. */
    private final int[] begins;

    private MergeGroup(CheckedObject object, IndexFooter footer, KeyDirectory keys, int[] begins) {
        this.object = object;
        this.footer = footer;
        this.keys = keys;
        this.begins = begins;
    }

    /**
     * Merges them.
     *
     * @param records how many each of them has
     */
    static MergeGroup write(Path path, NewestVersions[] inputs, int[] records) {
        int[] begins = new int[records.length + 1];
        for (int i = 0; i < records.length; i++) {
            begins[i + 1] = Math.addExact(begins[i], records[i]);
        }
        try (DigestedFile file = new DigestedFile(path)) {
            file.write(IndexFooter.Layout.MERGE.head());
            KeyBlockWriter blocks = new KeyBlockWriter(file, 0, BLOCK_ENTRIES, BLOCK_BYTES);
            Bytes before = new Bytes(256);
            Survivors.merge(inputs, (input, newest) -> {
                byte[] key = newest.keyArray();
                int length = newest.keyLength();
                int mismatch = Arrays.mismatch(before.array(), 0, before.size(), key, 0, length);
                Bytes out = blocks.entry(key, 0, length, blocks.beginsBlock() ? 0 : mismatch, newest.main());
                out.varint((newest.main() << 1) | (newest.isTombstone() ? 1 : 0));
                out.varint(newest.sub());
                out.varint(begins[input] + newest.ordinal());
                newest.copyKey(before);
            });
            return finish(path, file, blocks, begins);
        }
    }

    private static MergeGroup finish(Path path, DigestedFile file, KeyBlockWriter blocks, int[] begins) {
        int keyBlocks = blocks.finish();
        IndexFooter.Section none = new IndexFooter.Section(file.length(), 0, 0);
        byte[] directory = blocks.directory();
        IndexFooter footer = new IndexFooter(
                IndexFooter.Layout.MERGE,
                none,
                none,
                new IndexFooter.Section(file.length(), directory.length, 0),
                blocks.entries(),
                0,
                0,
                0,
                keyBlocks);
        ObjectRef ref = file.finish();
        return new MergeGroup(
                CheckedObject.at(path, ref, new AtomicLong()),
                footer,
                KeyDirectory.parse(path.toString(), footer, directory),
                begins);
    }

    NewestVersions versions(long target, int aheadBytes) {
        KeyCursor cursor = new KeyCursor(object, footer, keys, 0, keys.blocks(), aheadBytes);
        return new NewestVersions(cursor, null, target);
    }

    /** Which input a record belongs to. */
    int inputOf(int ordinal) {
        int at = Arrays.binarySearch(begins, ordinal);
        // an input without records begins where the next one does
        int input = at >= 0 ? at : -at - 2;
        while (begins[input + 1] == begins[input]) {
            input++;
        }
        return input;
    }

    /** The record's number in its input. */
    int ordinalIn(int input, int ordinal) {
        return ordinal - begins[input];
    }
}
