package dev.tidemark.archive.segment;

import java.util.Arrays;

/** All keys of a segment under way in one array, and their order. Not thread-safe. */
final class KeyOrder {
    private final Bytes keys = new Bytes(1 << 16);
    private int[] ends = new int[1024];
    private int count;

    void add(byte[] key) {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
        }
        keys.raw(key);
        ends[count++] = keys.size();
    }

    int count() {
        return count;
    }

    int bytes() {
        return keys.size();
    }

    void clear() {
        keys.clear();
        count = 0;
    }

    byte[] array() {
        return keys.array();
    }

    int start(int ordinal) {
        return ordinal == 0 ? 0 : ends[ordinal - 1];
    }

    int end(int ordinal) {
        return ends[ordinal];
    }

    boolean same(int a, int b) {
        byte[] array = keys.array();
        return Arrays.equals(array, start(a), end(a), array, start(b), end(b));
    }

    /** How many leading bytes two keys share. */
    int shared(int a, int b) {
        byte[] array = keys.array();
        int at = Arrays.mismatch(array, start(a), end(a), array, start(b), end(b));
        return at < 0 ? end(a) - start(a) : at;
    }

    /** The ordinals by (key, ordinal): a stable merge sort from the bottom up. */
    int[] sorted() {
        int[] from = new int[count];
        Arrays.setAll(from, i -> i);
        int[] to = new int[count];
        for (long width = 1; width < count; width *= 2) {
            for (long left = 0; left < count; left += 2 * width) {
                merge(from, to, (int) left, (int) Math.min(count, left + width), (int)
                        Math.min(count, left + 2 * width));
            }
            int[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private void merge(int[] from, int[] to, int left, int middle, int right) {
        if (middle == right || compare(from[middle - 1], from[middle]) <= 0) {
            System.arraycopy(from, left, to, left, right - left);
            return;
        }
        int a = left;
        int b = middle;
        for (int at = left; at < right; at++) {
            boolean takeLeft = b == right || (a < middle && compare(from[a], from[b]) <= 0);
            to[at] = takeLeft ? from[a++] : from[b++];
        }
    }

    private int compare(int a, int b) {
        byte[] array = keys.array();
        return Arrays.compareUnsigned(array, start(a), end(a), array, start(b), end(b));
    }
}
