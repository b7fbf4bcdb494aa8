package dev.tidemark.etcd.rpc;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** SHA-256 over a stream whose last 32 bytes are that checksum, wherever its chunks end. Not thread-safe. */
final class TrailingChecksum {
    static final int LENGTH = 32;

    private final MessageDigest digest;
    private final byte[] tail = new byte[LENGTH];
    private int held;

    TrailingChecksum() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM knows SHA-256", e);
        }
    }

    void update(byte[] chunk) {
        int surplus = Math.max(held + chunk.length - LENGTH, 0);
        int fromTail = Math.min(held, surplus);
        int fromChunk = surplus - fromTail;
        digest.update(tail, 0, fromTail);
        digest.update(chunk, 0, fromChunk);
        System.arraycopy(tail, fromTail, tail, 0, held - fromTail);
        System.arraycopy(chunk, fromChunk, tail, held - fromTail, chunk.length - fromChunk);
        held += chunk.length - surplus;
    }

    /** Ends the stream and compares. */
    Verdict verdict() {
        byte[] computed = digest.digest();
        byte[] stated = Arrays.copyOf(tail, held);
        return new Verdict(HexFormat.of().formatHex(stated), HexFormat.of().formatHex(computed));
    }

    /** Both checksums in lower-case hex. */
    record Verdict(String stated, String computed) {
        boolean isGood() {
            return stated.equals(computed);
        }
    }
}
