package dev.tidemark.archive.seal;

import java.util.Arrays;

/**
 * Segments of a sealed object as they came.
 *
 * @param head the object's first bytes, {@link SealedHeader#BYTES} of them unless it is shorter
 * @param first the first segment's number
 * @param sealed the segments; of segment 0 what is behind {@code head}
 */
record Fetched(byte[] head, long first, byte[] sealed) {
    /** A whole object. */
    static Fetched whole(byte[] object) {
        int head = Math.min(object.length, SealedHeader.BYTES);
        return new Fetched(Arrays.copyOf(object, head), 0, Arrays.copyOfRange(object, head, object.length));
    }

    /** Whether the same bytes came. */
    boolean isSameAs(Fetched other) {
        return Arrays.equals(head, other.head) && Arrays.equals(sealed, other.sealed);
    }
}
