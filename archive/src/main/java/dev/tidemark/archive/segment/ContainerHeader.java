package dev.tidemark.archive.segment;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Change;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/** What stands before the blocks of an Avro object container; the same for the same first record. */
record ContainerHeader(byte[] bytes, byte[] sync) {
    static final int SYNC_LENGTH = 16;

    private static final byte[] MAGIC = {'O', 'b', 'j', 1};

    static ContainerHeader of(Change first) {
        Bytes seed = new Bytes(32);
        seed.raw(utf8("tidemark"));
        seed.u64(first.main());
        seed.u64(first.sub());
        byte[] sync = Arrays.copyOf(Checksums.sha256().digest(seed.copy()), SYNC_LENGTH);
        Bytes out = new Bytes(1 << 12);
        out.raw(MAGIC);
        out.zigzag(3);
        entry(out, "avro.codec", "zstandard");
        entry(out, "avro.schema", RecordCodec.SCHEMA.toString());
        entry(out, "tidemark.format", "1");
        out.zigzag(0);
        out.raw(sync);
        return new ContainerHeader(out.copy(), sync);
    }

    /** The writer's schema in a header whose checksum agreed. */
    static Schema schema(String object, byte[] header) {
        try (DataFileStream<GenericRecord> stream =
                new DataFileStream<>(new ByteArrayInputStream(header), new GenericDatumReader<>())) {
            return stream.getSchema();
        } catch (IOException | AvroRuntimeException e) {
            throw new DamagedObjectException(object, "the container's header cannot be read", e);
        }
    }

    private static void entry(Bytes out, String name, String value) {
        string(out, utf8(name));
        string(out, utf8(value));
    }

    private static void string(Bytes out, byte[] text) {
        out.zigzag(text.length);
        out.raw(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
