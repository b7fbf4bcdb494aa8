package dev.tidemark.capture.generation;

import dev.tidemark.schemas.Change;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.ObjLongConsumer;

/**
 * Folds changes, in (main, sub) order, into one number a revision: equal revisions have equal numbers, and different ones
 * differ but for one in 2^64. It says what etcd says, not when it was captured. Not thread-safe.
 */
final class RevisionDigest {
    private final MessageDigest sha = sha256();
    private final ByteBuffer numbers = ByteBuffer.allocate(6 * Long.BYTES);
    private final ObjLongConsumer<Long> done;
    private long main;

    /**
     * @param done takes each complete revision with its number
     */
    RevisionDigest(ObjLongConsumer<Long> done) {
        this.done = done;
    }

    /** Adds a change; one of another revision completes the one before. */
    void add(Change change) {
        if (change.main() != main) {
            complete();
            main = change.main();
        }
        numbers.clear();
        numbers.putLong(change.isTombstone() ? -change.sub() - 1 : change.sub());
        numbers.putLong(change.createRevision());
        numbers.putLong(change.version());
        numbers.putLong(change.lease());
        numbers.putInt(change.key().length);
        numbers.putInt(change.value().length);
        sha.update(numbers.flip());
        sha.update(change.key());
        sha.update(change.value());
    }

    /** Completes the revision under way, if there is one. */
    void complete() {
        if (main != 0) {
            done.accept(main, ByteBuffer.wrap(sha.digest()).getLong());
            main = 0;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
