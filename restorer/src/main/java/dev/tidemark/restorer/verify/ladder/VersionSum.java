package dev.tidemark.restorer.verify.ladder;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Says whether two lots of versions are the same, in whatever order they come; holds a few bytes. Not thread-safe. */
final class VersionSum {
    private final MessageDigest digest = sha256();
    private final ByteBuffer place = ByteBuffer.allocate(2 * Long.BYTES + 1);
    private long count;
    private long sum;

    void add(byte[] key, int length, long main, long sub, boolean tombstone) {
        place.clear();
        place.putLong(main).putLong(sub).put((byte) (tombstone ? 1 : 0)).flip();
        digest.update(place);
        digest.update(key, 0, length);
        sum += ByteBuffer.wrap(digest.digest()).getLong();
        count++;
    }

    /** How many there are. */
    long count() {
        return count;
    }

    boolean isSame(VersionSum other) {
        return count == other.count && sum == other.sum;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
