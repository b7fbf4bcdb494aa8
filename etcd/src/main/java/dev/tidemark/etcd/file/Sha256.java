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

    /** The sum of a file's first {@code length} bytes, and that of the same bytes followed by their sum. */
    static Sums withTrailer(FileChannel channel, long length) throws IOException {
        MessageDigest digest = over(channel, length);
        byte[] sum = copyOf(digest).digest();
        digest.update(sum);
        return new Sums(sum, digest.digest());
    }

    /**
     * The sums of a file that ends with one.
     *
     * @param trailer the sum at its end
     * @param whole the sum of all its bytes
     */
    record Sums(byte[] trailer, byte[] whole) {}

    /** The sum of a file's first {@code length} bytes. */
    static byte[] of(FileChannel channel, long length) throws IOException {
        return over(channel, length).digest();
    }

    private static MessageDigest over(FileChannel channel, long length) throws IOException {
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
        return digest;
    }

    private static MessageDigest copyOf(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("every Java platform's SHA-256 can be copied", e);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
