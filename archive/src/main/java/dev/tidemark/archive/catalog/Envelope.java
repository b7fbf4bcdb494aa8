package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What every header, manifest and descriptor is wrapped in: magic, version, kind, flags, payload, SHA-256 of all before
 * (docs/format.md, section 3).
 */
final class Envelope {
    /** The only version so far. */
    static final int VERSION = 1;

    private static final int MAGIC = 0x54444d4b; // "TDMK"
    private static final int HEAD = 8;
    private static final int SUM = 32;

    private Envelope() {}

    /** Wraps a payload. */
    static byte[] seal(ObjectKind kind, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(HEAD + payload.length + SUM);
        out.putInt(MAGIC).put((byte) VERSION).put((byte) kind.code()).putShort((short) 0);
        out.put(payload);
        MessageDigest sum = Hashes.sha256();
        sum.update(out.array(), 0, out.position());
        return out.put(sum.digest()).array();
    }

    /** Whether the bytes are all that was sealed, whatever their version and kind. */
    static boolean isWhole(byte[] object) {
        return object.length >= HEAD + SUM && sums(object);
    }

    /**
     * Unwraps an object's bytes.
     *
     * @param name the object's name, for the error
     * @throws DamagedObjectException if anything is not as it must be
     */
    static byte[] open(String name, ObjectKind kind, byte[] object) {
        if (object.length < HEAD + SUM) {
            throw new DamagedObjectException(name, "only " + object.length + " bytes: not a whole object");
        }
        ByteBuffer head = ByteBuffer.wrap(object);
        if (head.getInt() != MAGIC) {
            throw new DamagedObjectException(name, "does not begin with TDMK: not an object of Tidemark");
        }
        int version = head.get() & 0xff;
        if (version != VERSION) {
            throw new DamagedObjectException(
                    name, "envelope version " + version + " is unknown here; known is " + VERSION);
        }
        if (!sums(object)) {
            throw new DamagedObjectException(name, "its SHA-256 does not match its bytes: damaged or truncated");
        }
        int code = head.get() & 0xff;
        if (code != kind.code()) {
            throw new DamagedObjectException(
                    name, "is of kind " + code + ", expected " + kind.code() + " (" + kind + ")");
        }
        int flags = head.getShort() & 0xffff;
        if (flags != 0) {
            throw new DamagedObjectException(name, "has flags that are unknown here: " + Integer.toHexString(flags));
        }
        return Arrays.copyOfRange(object, HEAD, object.length - SUM);
    }

    private static boolean sums(byte[] object) {
        MessageDigest sum = Hashes.sha256();
        sum.update(object, 0, object.length - SUM);
        return Arrays.equals(sum.digest(), Arrays.copyOfRange(object, object.length - SUM, object.length));
    }
}
