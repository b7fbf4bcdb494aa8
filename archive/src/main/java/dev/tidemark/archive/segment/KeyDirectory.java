package dev.tidemark.archive.segment;

import java.util.Arrays;

/** Where an index's key blocks stand, and with which entry each begins. */
final class KeyDirectory {
    private final byte[] bytes;
    private final long[] offsets;
    private final int[] crc32c;
    private final int[] entries;
    private final long[] mains;
    private final int[] keyFrom;
    private final int[] keyTo;

    private KeyDirectory(byte[] bytes, int blocks) {
        this.bytes = bytes;
        this.offsets = new long[blocks + 1];
        this.crc32c = new int[blocks];
        this.entries = new int[blocks];
        this.mains = new long[blocks];
        this.keyFrom = new int[blocks];
        this.keyTo = new int[blocks];
    }

    static KeyDirectory parse(String object, IndexFooter footer, byte[] bytes) {
        KeyDirectory directory = new KeyDirectory(bytes, footer.keyBlocks());
        ByteReader in = new ByteReader(object, "key directory").over(bytes, 0, bytes.length);
        directory.offsets[0] = IndexFooter.HEAD;
        long total = 0;
        for (int i = 0; i < directory.blocks(); i++) {
            directory.offsets[i + 1] = directory.offsets[i] + in.count(Integer.MAX_VALUE - 8);
            directory.crc32c[i] = in.u32();
            directory.entries[i] = in.count(footer.records());
            directory.mains[i] = footer.firstMain() + in.varint();
            int length = in.count(bytes.length);
            directory.keyFrom[i] = in.skip(length);
            directory.keyTo[i] = in.position();
            total += directory.entries[i];
        }
        in.end();
        if (total != footer.records()
                || directory.offsets[directory.blocks()] != footer.column().offset()) {
            throw in.malformed("doesn't add up to the index");
        }
        return directory;
    }

    int blocks() {
        return crc32c.length;
    }

    long offset(int block) {
        return offsets[block];
    }

    int length(int block) {
        return (int) (offsets[block + 1] - offsets[block]);
    }

    int crc32c(int block) {
        return crc32c[block];
    }

    int entries(int block) {
        return entries[block];
    }

    /** About how many bytes a key has: the mean over the blocks' first ones. */
    long meanKeyBytes() {
        long total = 0;
        for (int block = 0; block < blocks(); block++) {
            total += keyTo[block] - keyFrom[block];
        }
        return total / blocks();
    }

    /** Whether a block begins with this key. */
    boolean beginsWith(int block, byte[] key, int keyLength) {
        return Arrays.equals(bytes, keyFrom[block], keyTo[block], key, 0, keyLength);
    }

    /** How many blocks begin with an entry ≤ (key, main): the last of them holds the newest such entry. */
    int blocksUpTo(byte[] key, long main) {
        int low = 0;
        int high = blocks();
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = Arrays.compareUnsigned(bytes, keyFrom[middle], keyTo[middle], key, 0, key.length);
            if (order < 0 || (order == 0 && mains[middle] <= main)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
