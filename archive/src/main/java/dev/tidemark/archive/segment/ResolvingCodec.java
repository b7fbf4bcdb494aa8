package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.SegmentRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/** Reads records that another version's schema wrote, by Avro's resolution: slower, and never wrong. */
final class ResolvingCodec implements BlockDecoder {
    private final Schema writer;

    ResolvingCodec(Schema writer) {
        this.writer = writer;
    }

    @Override
    public void decode(DataBlock block, Wanted wanted, Consumer<Change> sink) {
        SpecificDatumReader<SegmentRecord> reader = new SpecificDatumReader<>(writer, RecordCodec.SCHEMA);
        BinaryDecoder in = DecoderFactory.get().binaryDecoder(block.bytes(), 0, block.length(), null);
        for (int ordinal = block.firstOrdinal(); ordinal < block.endOrdinal(); ordinal++) {
            SegmentRecord next;
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

    private static Change change(SegmentRecord in) {
        byte[] key = bytes(in.getKey());
        if (in.getTombstone()) {
            return Change.delete(in.getMain(), in.getSub(), key, in.getCapturedAtMillis(), in.getNotBeforeMillis());
        }
        return Change.put(
                in.getMain(),
                in.getSub(),
                key,
                bytes(in.getValue()),
                in.getCreateRevision(),
                in.getVersion(),
                in.getLease(),
                in.getCapturedAtMillis(),
                in.getNotBeforeMillis());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
