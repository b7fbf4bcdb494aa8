package dev.tidemark.etcd.file;

import java.util.Arrays;

/**
 * The pages of one level of a tree with their first keys, in order: what the level above is made of. Packed into a few
 * large arrays, about 29 bytes a page of key records, so that the tree of a large file fits into a small heap.
 */
final class Level {
    private static final int CHUNK = 256 * 1024;

    private byte[][] chunks = new byte[4][];
    private int chunk = -1;
    private int used = CHUNK;
    private int count;
    private long keyBytes;

    /** Adds the next page; its first key must be above all before and at most 65,535 bytes long. */
    void add(byte[] from, int keyAt, int keySize, long page) {
        int size = Short.BYTES + keySize + Long.BYTES;
        if (CHUNK - used < size) {
            chunk++;
            if (chunk == chunks.length) {
                chunks = Arrays.copyOf(chunks, 2 * chunk);
            }
            chunks[chunk] = new byte[CHUNK];
            used = 0;
        }
        byte[] to = chunks[chunk];
        to[used] = (byte) (keySize >>> Byte.SIZE);
        to[used + 1] = (byte) keySize;
        System.arraycopy(from, keyAt, to, used + Short.BYTES, keySize);
        for (int i = 0; i < Long.BYTES; i++) {
            to[used + Short.BYTES + keySize + i] = (byte) (page >>> (Byte.SIZE * i));
        }
        used += size;
        count++;
        keyBytes += keySize;
    }

    int count() {
        return count;
    }

    /** The bytes of all keys together. */
    long keyBytes() {
        return keyBytes;
    }

    Cursor cursor() {
        return new Cursor();
    }

    /** Reads the pages in order. */
    final class Cursor {
        private int at;
        private int in;
        private int keySize;
        private int read;

        /** Moves to the next page; there must be one. */
        void next() {
            if (read > 0) {
                at += Short.BYTES + keySize + Long.BYTES;
            }
            boolean chunkIsDone = CHUNK - at < Short.BYTES + 1 + Long.BYTES || (read > 0 && sizeAt(at) == 0);
            if (chunkIsDone) {
                in++;
                at = 0;
            }
            keySize = sizeAt(at);
            read++;
        }

        byte[] bytes() {
            return chunks[in];
        }

        int keyAt() {
            return at + Short.BYTES;
        }

        int keySize() {
            return keySize;
        }

        long page() {
            long page = 0;
            for (int i = Long.BYTES - 1; i >= 0; i--) {
                page = (page << Byte.SIZE) | (chunks[in][at + Short.BYTES + keySize + i] & 0xFF);
            }
            return page;
        }

        private int sizeAt(int offset) {
            byte[] bytes = chunks[in];
            return ((bytes[offset] & 0xFF) << Byte.SIZE) | (bytes[offset + 1] & 0xFF);
        }
    }
}
