package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.SchemaException;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.ResolvingDecoder;

/** Finds the schema that a record was written with, and reads it as today's. Not thread-safe: decoders are reused. */
final class WriterSchemas {
    private final Map<Long, Known> known = new HashMap<>();
    private BinaryDecoder reused;

    WriterSchemas(Collection<Schema> former) {
        WireFormat.SCHEMAS.forEach(today -> add(today, today));
        for (Schema writer : former) {
            WireFormat.SCHEMAS.stream()
                    .filter(today -> today.getFullName().equals(writer.getFullName()))
                    .forEach(today -> add(writer, today));
        }
    }

    private void add(Schema writer, Schema reader) {
        known.put(SchemaNormalization.parsingFingerprint64(writer), new Known(writer, reader));
    }

    /** Whether bytes are a single-object encoding by a schema that is not known here. */
    boolean isUnknown(byte[] bytes) {
        return WireFormat.hasHeader(bytes) && !known.containsKey(WireFormat.fingerprint(bytes));
    }

    /** The schemas of a single-object encoding. */
    Known of(byte[] bytes) {
        if (!WireFormat.hasHeader(bytes)) {
            throw new SchemaException(
                    "not a record of Tidemark: it does not begin with C3 01 and a schema's fingerprint",
                    "look for another writer on this topic's partition");
        }
        long fingerprint = WireFormat.fingerprint(bytes);
        Known found = known.get(fingerprint);
        if (found == null) {
            throw new SchemaException(
                    "unknown schema fingerprint " + String.format("%016x", fingerprint),
                    "the record was written by another version of Tidemark: use that version or a newer one");
        }
        return found;
    }

    /** A decoder of a record's datum. It stops being valid with the next call. */
    ResolvingDecoder decoder(Known schemas, byte[] record) throws IOException {
        reused = DecoderFactory.get()
                .binaryDecoder(record, WireFormat.HEADER_BYTES, record.length - WireFormat.HEADER_BYTES, reused);
        return schemas.decoder(reused);
    }

    /** Refuses bytes that no field claims. */
    void requireEnd(ResolvingDecoder decoder) throws IOException {
        decoder.drain();
        if (!reused.isEnd()) {
            throw new IOException("bytes left over after the last field");
        }
    }

    /** A writer's schema and today's schema of the same name. */
    static final class Known {
        private final Schema writer;
        private final Schema reader;
        private ResolvingDecoder resolver;

        Known(Schema writer, Schema reader) {
            this.writer = writer;
            this.reader = reader;
        }

        Schema writer() {
            return writer;
        }

        Schema reader() {
            return reader;
        }

        String name() {
            return reader.getName();
        }

        ResolvingDecoder decoder(BinaryDecoder in) throws IOException {
            if (resolver == null) {
                resolver = newDecoder(in);
            }
            resolver.configure(in);
            return resolver;
        }

        ResolvingDecoder newDecoder(BinaryDecoder in) throws IOException {
            return DecoderFactory.get().resolvingDecoder(writer, reader, in);
        }

        /** The error of bytes that are not what their fingerprint promises. */
        SchemaException damaged(Exception cause) {
            return new SchemaException(
                    "damaged " + name() + " (schema fingerprint "
                            + String.format("%016x", SchemaNormalization.parsingFingerprint64(writer)) + "): "
                            + cause.getMessage(),
                    "the topic's data was altered after it was written; end this generation and take a new base",
                    cause);
        }
    }
}
