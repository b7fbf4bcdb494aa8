package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.ChangeType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** Reads records that another version's schema wrote, by Avro's resolution: slower, and never wrong. */
final class ResolvingCodec implements BlockDecoder {
    private final Schema writer;

    ResolvingCodec(Schema writer) {
        this.writer = writer;
    }

    @Override
    public void decode(DataBlock block, Wanted wanted, Consumer<Change> sink) {
        GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(writer, RecordCodec.SCHEMA);
        BinaryDecoder in = DecoderFactory.get().binaryDecoder(block.bytes(), 0, block.length(), null);
        for (int ordinal = block.firstOrdinal(); ordinal < block.endOrdinal(); ordinal++) {
            GenericRecord next;
            try {
                next = reader.read(null, in);
            } catch (IOException | AvroRuntimeException e) {
                throw new DamagedObjectException(block.object(), "block " + block.number() + " cannot be decoded", e);
            }
            if (wanted.takes(ordinal)) {
                sink.accept(change(next));
            }
        }
    }

    private static Change change(GenericRecord in) {
        return new Change(
                number(in, "main"),
                number(in, "sub"),
                (Boolean) in.get("tombstone") ? ChangeType.DELETE : ChangeType.PUT,
                bytes(in, "key"),
                bytes(in, "value"),
                number(in, "createRevision"),
                number(in, "version"),
                number(in, "lease"),
                number(in, "capturedAtMillis"),
                number(in, "notBeforeMillis"));
    }

    private static long number(GenericRecord in, String field) {
        return (Long) in.get(field);
    }

    private static byte[] bytes(GenericRecord in, String field) {
        ByteBuffer buffer = (ByteBuffer) in.get(field);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
