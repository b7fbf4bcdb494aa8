package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.ChangeType;
import dev.tidemark.schemas.avro.SegmentRecord;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** Changes as Avro datums of the current {@link SegmentRecord}, without Avro's objects in between. */
final class RecordCodec implements BlockDecoder {
    static final Schema SCHEMA = SegmentRecord.getClassSchema();
    static final long FINGERPRINT = SchemaNormalization.parsingFingerprint64(SCHEMA);

    private static final byte[] NONE = {};

    static void encode(Change change, Bytes out) {
        out.zigzag(change.main());
        out.zigzag(change.sub());
        out.u8(change.isTombstone() ? 1 : 0);
        out.zigzag(change.key().length);
        out.raw(change.key());
        out.zigzag(change.value().length);
        out.raw(change.value());
        out.zigzag(change.createRevision());
        out.zigzag(change.version());
        out.zigzag(change.lease());
        out.zigzag(change.capturedAtMillis());
        out.zigzag(change.notBeforeMillis());
    }

    @Override
    public void decode(DataBlock block, Wanted wanted, Consumer<Change> sink) {
        ByteReader in = block.reader();
        for (int ordinal = block.firstOrdinal(); ordinal < block.endOrdinal(); ordinal++) {
            if (wanted.takes(ordinal)) {
                sink.accept(read(in));
            } else {
                skip(in);
            }
        }
        in.end();
    }

    private static Change read(ByteReader in) {
        long main = in.zigzag();
        long sub = in.zigzag();
        ChangeType type = in.u8() == 0 ? ChangeType.PUT : ChangeType.DELETE;
        byte[] key = bytes(in);
        byte[] value = bytes(in);
        return new Change(main, sub, type, key, value, in.zigzag(), in.zigzag(), in.zigzag(), in.zigzag(), in.zigzag());
    }

    private static byte[] bytes(ByteReader in) {
        long length = in.zigzag();
        return length == 0 ? NONE : in.bytes(length);
    }

    private static void skip(ByteReader in) {
        in.zigzag();
        in.zigzag();
        in.u8();
        in.skip(in.zigzag());
        in.skip(in.zigzag());
        for (int field = 0; field < 5; field++) {
            in.zigzag();
        }
    }
}
