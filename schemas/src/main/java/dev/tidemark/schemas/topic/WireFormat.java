package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.avro.WireBaseReady;
import dev.tidemark.schemas.avro.WireGenerationOpened;
import dev.tidemark.schemas.avro.WireProgress;
import dev.tidemark.schemas.avro.WireRevision;
import dev.tidemark.schemas.avro.WireRevisionBatch;
import dev.tidemark.schemas.avro.WireRevisionPart;
import dev.tidemark.schemas.avro.WireSideReady;
import dev.tidemark.schemas.avro.WireTick;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** The frame of the topic's records: Avro single-object encoding, and the checksum of a cut revision. */
final class WireFormat {
    /** Bytes before the datum: the mark and the fingerprint. */
    static final int HEADER_BYTES = 10;

    /** The schemas of today's records, and of what parts are put together to. */
    static final List<Schema> SCHEMAS = List.of(
            WireGenerationOpened.getClassSchema(),
            WireRevisionBatch.getClassSchema(),
            WireRevisionPart.getClassSchema(),
            WireRevision.getClassSchema(),
            WireBaseReady.getClassSchema(),
            WireSideReady.getClassSchema(),
            WireProgress.getClassSchema(),
            WireTick.getClassSchema());

    private static final byte MARK_0 = (byte) 0xC3;
    private static final byte MARK_1 = 0x01;

    private WireFormat() {}

    /** The bytes that stand before every datum of a schema. */
    static byte[] header(Schema schema) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MARK_0)
                .put(MARK_1)
                .putLong(SchemaNormalization.parsingFingerprint64(schema))
                .array();
    }

    /** Whether there is a frame; a record of Kafka may also have no value at all. */
    static boolean hasHeader(byte[] bytes) {
        return bytes != null && bytes.length >= HEADER_BYTES && bytes[0] == MARK_0 && bytes[1] == MARK_1;
    }

    static long fingerprint(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    }

    /** A checksum that has taken a part run's leases and goes on with the revision's encoding. */
    static CRC32C checksumAfter(List<LeaseTtl> leases) {
        CRC32C sum = new CRC32C();
        ByteBuffer pair = ByteBuffer.allocate(2 * Long.BYTES);
        for (LeaseTtl lease : leases) {
            pair.clear();
            sum.update(pair.putLong(lease.id()).putLong(lease.ttlSeconds()).flip());
        }
        return sum;
    }
}
