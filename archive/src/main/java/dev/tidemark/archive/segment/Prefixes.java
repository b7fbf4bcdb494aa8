package dev.tidemark.archive.segment;

import java.util.Arrays;

/** Keys that begin with the same bytes. */
final class Prefixes {
    private Prefixes() {}

    /** Whether a key begins with a prefix. */
    static boolean begins(byte[] key, int keyLength, byte[] prefix) {
        return keyLength >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** The smallest key that is larger than all with a prefix; empty if there is none. */
    static byte[] end(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
            length--;
        }
        byte[] end = Arrays.copyOf(prefix, length);
        if (length > 0) {
            end[length - 1]++;
        }
        return end;
    }
}
