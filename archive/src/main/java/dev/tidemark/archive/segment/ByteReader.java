package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;

/** Reads the integers of our formats from a piece of an object; what doesn't fit is a damage. Not thread-safe. */
final class ByteReader {
    private final String object;
    private final String what;
    private byte[] array;
    private int position;
    private int limit;

    /**
     * @param object the object's name, for messages
     * @param what which part of it this is, for messages
     */
    ByteReader(String object, String what) {
        this.object = object;
        this.what = what;
        this.array = new byte[0];
    }

    ByteReader over(byte[] bytes, int from, int to) {
        array = bytes;
        position = from;
        limit = to;
        return this;
    }

    byte[] array() {
        return array;
    }

    int position() {
        return position;
    }

    int u8() {
        if (position >= limit) {
            throw malformed("ends too early");
        }
        return array[position++] & 0xFF;
    }

    int u32() {
        return (u8() << 24) | (u8() << 16) | (u8() << 8) | u8();
    }

    long u64() {
        return ((long) u32() << 32) | Integer.toUnsignedLong(u32());
    }

    long varint() {
        int at = position;
        if (at < limit) {
            byte only = array[at];
            if (only >= 0) {
                position = at + 1;
                return only;
            }
        }
        return longVarint();
    }

    private long longVarint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw malformed("has a number of more than 64 bits");
    }

    long zigzag() {
        long coded = varint();
        return (coded >>> 1) ^ -(coded & 1);
    }

    /** A varint that is a length or number within {@code max}. */
    int count(long max) {
        long value = varint();
        if (value < 0 || value > max) {
            throw malformed("has a number out of its range: " + value);
        }
        return (int) value;
    }

    /** Steps over so many bytes and says where they began. */
    int skip(long length) {
        if (length < 0 || length > limit - position) {
            throw malformed("ends too early");
        }
        int from = position;
        position += (int) length;
        return from;
    }

    byte[] bytes(long length) {
        byte[] bytes = new byte[0];
        int from = skip(length);
        if (length > 0) {
            bytes = new byte[(int) length];
            System.arraycopy(array, from, bytes, 0, bytes.length);
        }
        return bytes;
    }

    void end() {
        if (position != limit) {
            throw malformed("has " + (limit - position) + " bytes too many");
        }
    }

    DamagedObjectException malformed(String problem) {
        return new DamagedObjectException(object, what + " " + problem);
    }
}
