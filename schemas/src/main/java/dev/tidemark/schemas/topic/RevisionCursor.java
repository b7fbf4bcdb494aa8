package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.ChangeType;
import dev.tidemark.schemas.avro.WireChangeType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.io.ResolvingDecoder;

/** Reads one {@code WireRevision} change by change. Not thread-safe. */
final class RevisionCursor {
    private final ResolvingDecoder in;
    private long main;
    private long capturedAt;
    private long notBefore;
    private long sub;
    private long left;

    RevisionCursor(ResolvingDecoder in) {
        this.in = in;
    }

    /** Reads up to the first change. */
    void open() throws IOException {
        Schema.Field[] fields = in.readFieldOrder();
        for (Schema.Field field : fields) {
            switch (field.name()) {
                case "main" -> main = in.readLong();
                case "capturedAtMillis" -> capturedAt = in.readLong();
                case "notBeforeMillis" -> notBefore = in.readLong();
                case "changes" -> left = in.readArrayStart();
                default -> throw new AvroTypeException("unexpected field " + field.name());
            }
        }
        if (!fields[fields.length - 1].name().equals("changes")) {
            throw new AvroTypeException("the changes are not a revision's last field");
        }
        if (left == 0) {
            throw new AvroTypeException("revision " + main + " has no changes");
        }
        sub = 0;
    }

    long main() {
        return main;
    }

    boolean hasNext() {
        return left > 0;
    }

    Change next() throws IOException {
        ChangeType type = null;
        byte[] key = null;
        byte[] value = null;
        long createRevision = 0;
        long version = 0;
        long lease = 0;
        for (Schema.Field field : in.readFieldOrder()) {
            switch (field.name()) {
                case "type" -> type = type(in.readEnum());
                case "key" -> key = bytes(in);
                case "value" -> value = bytes(in);
                case "createRevision" -> createRevision = in.readLong();
                case "version" -> version = in.readLong();
                case "lease" -> lease = in.readLong();
                default -> throw new AvroTypeException("unexpected field " + field.name());
            }
        }
        if (--left == 0) {
            left = in.arrayNext();
        }
        return new Change(main, sub++, type, key, value, createRevision, version, lease, capturedAt, notBefore);
    }

    private static ChangeType type(int ordinal) {
        WireChangeType[] types = WireChangeType.values();
        if (ordinal < 0 || ordinal >= types.length) {
            throw new AvroTypeException("unknown change type " + ordinal);
        }
        return types[ordinal] == WireChangeType.PUT ? ChangeType.PUT : ChangeType.DELETE;
    }

    static byte[] bytes(ResolvingDecoder in) throws IOException {
        ByteBuffer buffer = in.readBytes(null);
        byte[] array = buffer.array();
        int from = buffer.arrayOffset() + buffer.position();
        return from == 0 && array.length == buffer.limit()
                ? array
                : Arrays.copyOfRange(array, from, from + buffer.remaining());
    }
}
