package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.specific.SpecificRecordBase;

/** Enveloped Avro records to bytes and back, refusing by name what it does not know. Thread-safe. */
final class ObjectCodec {
    /** The archive format that is written, and the only one that is read. */
    static final int FORMAT_VERSION = 1;

    private final SchemaObjects schemas;
    private final Map<Class<?>, BinaryMessageDecoder<?>> decoders = new ConcurrentHashMap<>();

    ObjectCodec(SchemaObjects schemas) {
        this.schemas = schemas;
    }

    /** The whole object; equal records give equal bytes. */
    static byte[] encode(ObjectKind kind, SpecificRecordBase message) {
        try {
            ByteBuffer payload = new BinaryMessageEncoder<SpecificRecordBase>(ArchiveRecords.MODEL, message.getSchema())
                    .encode(message);
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            return Envelope.seal(kind, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("encoding to memory", e);
        }
    }

    /**
     * The record in an object.
     *
     * @throws DamagedObjectException if the bytes are damaged or of a format that is not known here
     */
    <T extends SpecificRecordBase> T decode(String name, ObjectKind kind, Class<T> type, byte[] object) {
        byte[] payload = Envelope.open(name, kind, object);
        T message;
        try {
            message = decoder(type).decode(new ByteArrayInputStream(payload));
        } catch (MissingSchemaException e) {
            throw new DamagedObjectException(name, "written with a schema that is unknown here: " + e.getMessage(), e);
        } catch (IOException | AvroRuntimeException | ClassCastException e) {
            throw new DamagedObjectException(name, "cannot be decoded: " + e.getMessage(), e);
        }
        int version =
                (int) message.get(message.getSchema().getField("formatVersion").pos());
        if (version != FORMAT_VERSION) {
            throw new DamagedObjectException(
                    name, "archive format version " + version + " is unknown here; known is " + FORMAT_VERSION);
        }
        return message;
    }

    private <T extends SpecificRecordBase> BinaryMessageDecoder<T> decoder(Class<T> type) {
        @SuppressWarnings("unchecked") // put below under its own class only
        BinaryMessageDecoder<T> decoder = (BinaryMessageDecoder<T>) decoders.computeIfAbsent(type, this::newDecoder);
        return decoder;
    }

    private BinaryMessageDecoder<?> newDecoder(Class<?> type) {
        Schema schema = ArchiveRecords.MODEL.getSchema(type);
        return new BinaryMessageDecoder<>(ArchiveRecords.MODEL, schema, schemas);
    }
}
