package dev.tidemark.archive.seal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a sealed object says of itself in front, in the clear and authenticated with every part of it (docs/format.md,
 * section 15), and where its parts are. Behind it stands a stream of Tink's AES-GCM-HKDF: salt and nonce prefix, then
 * segments of 32 KiB each, counted from the object's beginning.
 *
 * @param dataKey the id of the key that seals it
 * @param length how many bytes are sealed
 */
record SealedHeader(String dataKey, long length) {
    /** Its own bytes, before those of the stream. */
    static final int OWN_BYTES = 40;

    /** Its own bytes and the stream's header: 1 byte, a salt of 32 and a nonce prefix of 7. */
    static final int BYTES = OWN_BYTES + 40;

    static final int SEGMENT_BYTES = 32 << 10;

    /** 32 TiB: no store takes an object as large, and sums of such lengths cannot overflow. */
    private static final long LONGEST = 1L << 45;

    private static final int TAG_BYTES = 16;
    private static final int SEALED_PER_SEGMENT = SEGMENT_BYTES - TAG_BYTES;
    private static final int IN_FIRST_SEGMENT = SEALED_PER_SEGMENT - BYTES;
    private static final byte[] MAGIC = "TMSE".getBytes(StandardCharsets.US_ASCII);
    private static final byte VERSION = 1;
    private static final int KEY_BYTES = DataKeyId.LENGTH;
    private static final int RESERVED_BYTES = 2;

    /** Whether an object's first bytes are those of a sealed one. */
    static boolean isSealed(byte[] head) {
        return head.length >= MAGIC.length && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** Reads it; empty if the bytes are no such header. */
    static Optional<SealedHeader> decode(byte[] head) {
        if (head.length < BYTES || !isSealed(head)) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(head).position(MAGIC.length);
        byte version = in.get();
        byte[] key = new byte[KEY_BYTES];
        in.get(key);
        short reserved = in.getShort();
        long length = in.getLong();
        String id = new String(key, StandardCharsets.US_ASCII);
        return version == VERSION && reserved == 0 && length >= 0 && length <= LONGEST && DataKeyId.isOne(id)
                ? Optional.of(new SealedHeader(id, length))
                : Optional.empty();
    }

    /** Its own bytes. */
    byte[] encode() {
        return ByteBuffer.allocate(OWN_BYTES)
                .put(MAGIC)
                .put(VERSION)
                .put(dataKey.getBytes(StandardCharsets.US_ASCII))
                .put(new byte[RESERVED_BYTES])
                .putLong(length)
                .array();
    }

    /** The segment that holds a byte, from 0. */
    static long segmentOf(long offset) {
        return (offset + BYTES) / SEALED_PER_SEGMENT;
    }

    /** The first sealed byte of a segment. */
    static long beginOf(long segment) {
        return segment == 0 ? 0 : segment * SEALED_PER_SEGMENT - BYTES;
    }

    /** How many segments there are; at least one, as an empty object is authenticated too. */
    long segments() {
        return length <= IN_FIRST_SEGMENT ? 1 : segmentOf(length - 1) + 1;
    }

    /** The length of the whole object as it is stored. */
    long storedBytes() {
        long rest = (length + BYTES) % SEALED_PER_SEGMENT;
        return (length + BYTES) / SEALED_PER_SEGMENT * SEGMENT_BYTES + (rest > 0 ? rest + TAG_BYTES : 0);
    }

    /** How many bytes are sealed in an object of a stored length; 0 for one that is too short to be sealed. */
    static long sealedBytes(long stored) {
        long rest = stored % SEGMENT_BYTES;
        return Math.max(0, stored / SEGMENT_BYTES * SEALED_PER_SEGMENT + (rest > 0 ? rest - TAG_BYTES : 0) - BYTES);
    }
}
