package dev.tidemark.restorer.past;

import dev.tidemark.schemas.Change;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over a whole state, by which two generations are compared. */
final class StateDigest {
    private StateDigest() {}

    static String of(RecordPass state) {
        MessageDigest digest = sha256();
        state.run((change, liveness) -> add(digest, change));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, Change change) {
        digest.update(ByteBuffer.allocate(7 * Long.BYTES)
                .putLong(change.main())
                .putLong(change.sub())
                .putLong(change.createRevision())
                .putLong(change.version())
                .putLong(change.lease())
                .putLong(change.key().length)
                .putLong(change.isTombstone() ? -1 : change.value().length)
                .flip());
        digest.update(change.key());
        digest.update(change.value());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
