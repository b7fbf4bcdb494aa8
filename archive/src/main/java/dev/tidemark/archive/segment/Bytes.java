package dev.tidemark.archive.segment;

import java.util.Arrays;

/** A byte array that grows, with the integers of our formats. Not thread-safe. */
final class Bytes {
    private byte[] array;
    private int size;

    Bytes(int capacity) {
        array = new byte[capacity];
    }

    byte[] array() {
        return array;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    byte[] copy() {
        return Arrays.copyOf(array, size);
    }

    void u8(int value) {
        room(1);
        array[size++] = (byte) value;
    }

    void u32(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            array[size++] = (byte) (value >>> shift);
        }
    }

    void u64(long value) {
        u32((int) (value >>> 32));
        u32((int) value);
    }

    /** Unsigned LEB128. */
    void varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            array[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[size++] = (byte) rest;
    }

    /** Zig-zag LEB128, which is also Avro's long. */
    void zigzag(long value) {
        varint((value << 1) ^ (value >> 63));
    }

    void raw(byte[] source) {
        raw(source, 0, source.length);
    }

    void raw(byte[] source, int offset, int length) {
        room(length);
        System.arraycopy(source, offset, array, size, length);
        size += length;
    }

    private void room(int more) {
        if (array.length - size < more) {
            array = Arrays.copyOf(
                    array, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(2L * array.length, (long) size + more)));
        }
    }
}
