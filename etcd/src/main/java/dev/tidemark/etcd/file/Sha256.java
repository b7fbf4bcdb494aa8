package dev.tidemark.etcd.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The sum at the end of a snapshot. */
final class Sha256 {
    static final int SIZE = 32;

    private static final int CHUNK = 1 << 20;

    private Sha256() {}

    /** The sum of a file's first {@code length} bytes. */
    static byte[] of(FileChannel channel, long length) throws IOException {
        MessageDigest digest = digest();
        byte[] chunk = new byte[(int) Math.min(CHUNK, length)];
        for (long at = 0; at < length; ) {
            int wanted = (int) Math.min(chunk.length, length - at);
            int got = channel.read(ByteBuffer.wrap(chunk, 0, wanted), at);
            if (got < 0) {
                throw new EOFException("the file ended at " + at);
            }
            digest.update(chunk, 0, got);
            at += got;
        }
        return digest.digest();
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
