package dev.tidemark.etcd.file;

/** Protobuf's varints of int64: seven bits a byte, least significant first; a negative number takes ten bytes. */
final class Varints {
    private static final int MAX_BYTES = 10;

    private Varints() {}

    static int size(long value) {
        return value == 0 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7;
    }

    /** Writes a varint and gives the offset after it. */
    static int put(byte[] to, int at, long value) {
        int next = at;
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            to[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        to[next++] = (byte) rest;
        return next;
    }

    /** Reads message fields one after the other out of a range of bytes. */
    static final class Reader {
        private final byte[] bytes;
        private final int end;
        private int at;

        Reader(byte[] bytes, int from, int length) {
            this.bytes = bytes;
            this.at = from;
            this.end = from + length;
        }

        boolean hasMore() {
            return at < end;
        }

        int position() {
            return at;
        }

        /** Reads a varint; refuses one that is cut off, too long, or longer than needed. */
        long next() {
            long value = 0;
            for (int i = 0; i < MAX_BYTES; i++) {
                if (at >= end) {
                    throw new MalformedMessage("a number is cut off");
                }
                byte b = bytes[at++];
                value |= (b & 0x7FL) << (7 * i);
                if (b >= 0) {
                    if ((b == 0 && i > 0) || (i == MAX_BYTES - 1 && b > 1)) {
                        throw new MalformedMessage("a number is not in its shortest form");
                    }
                    return value;
                }
            }
            throw new MalformedMessage("a number has more than ten bytes");
        }

        /** Skips {@code length} bytes and gives the offset of the first one. */
        int skip(long length) {
            if (length < 0 || length > end - at) {
                throw new MalformedMessage("a field claims " + Long.toUnsignedString(length) + " bytes");
            }
            int from = at;
            at += (int) length;
            return from;
        }
    }

    /** Bytes that are not the message they should be; never leaves the package. */
    static final class MalformedMessage extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MalformedMessage(String what) {
            super(what, null, false, false);
        }
    }
}
