package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Avro's binary encoding, written by hand: the hot path makes no object for a change. Either the bytes gather in memory,
 * or a {@link Drain} takes them whenever the buffer is full. Not thread-safe.
 */
final class AvroWriter {
    private static final int MAX_VARINT = 10;

    private final Drain drain;
    private byte[] buffer;
    private int size;

    private AvroWriter(int capacity, Drain drain) {
        this.buffer = new byte[capacity];
        this.drain = drain;
    }

    /** Gathers all bytes in memory. */
    static AvroWriter inMemory(int capacity) {
        return new AvroWriter(capacity, null);
    }

    /** Hands bytes on in pieces of any size; {@link #flush()} hands on the last ones. */
    static AvroWriter into(Drain drain) {
        return new AvroWriter(8192, drain);
    }

    /** Takes encoded bytes in order. */
    interface Drain {
        /** Takes {@code length} bytes; the array is reused after the call. */
        void take(byte[] bytes, int offset, int length);
    }

    int size() {
        return size;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    void clear() {
        size = 0;
    }

    void flush() {
        drain.take(buffer, 0, size);
        size = 0;
    }

    void writeLong(long value) {
        reserve(MAX_VARINT);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            buffer[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }

    void writeString(String text) {
        writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void writeBytes(byte[] bytes) {
        writeLong(bytes.length);
        append(bytes, 0, bytes.length);
    }

    void append(byte[] bytes, int offset, int length) {
        if (drain != null && length > buffer.length) {
            flush();
            drain.take(bytes, offset, length);
            return;
        }
        reserve(length);
        System.arraycopy(bytes, offset, buffer, size, length);
        size += length;
    }

    void append(AvroWriter other) {
        append(other.buffer, 0, other.size);
    }

    /** All of a {@code WireRevision} before its first change. */
    void writeRevisionHead(Change first, long changes) {
        writeLong(first.main());
        writeLong(first.capturedAtMillis());
        writeLong(first.notBeforeMillis());
        writeLong(changes);
    }

    void writeChange(Change change) {
        writeLong(change.isTombstone() ? 1 : 0);
        writeBytes(change.key());
        writeBytes(change.value());
        writeLong(change.createRevision());
        writeLong(change.version());
        writeLong(change.lease());
    }

    /** The end of a {@code WireRevision}: no more blocks of changes. */
    void writeRevisionEnd() {
        writeLong(0);
    }

    /** An upper bound of what {@link #writeChange} takes. */
    static long boundOf(Change change) {
        return (long) change.key().length + change.value().length + 6L * MAX_VARINT;
    }

    private void reserve(int more) {
        if (buffer.length - size >= more) {
            return;
        }
        if (drain != null) {
            flush();
        } else {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, Math.addExact(size, more)));
        }
    }
}
