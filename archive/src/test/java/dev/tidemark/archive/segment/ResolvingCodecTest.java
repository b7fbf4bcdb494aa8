package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** Records of another version's schema are read by Avro's rules. */
class ResolvingCodecTest {
    @Test
    void fieldsThatALaterVersionAddedAreSkipped() throws IOException {
        List<Change> log = Logs.random(new Random(1), 40, 10);
        Schema later = later();
        byte[] bytes = encode(log, later);
        List<Change> read = new ArrayList<>();
        new ResolvingCodec(later)
                .decode(new DataBlock("x.avro", 0, 100, 100 + log.size(), bytes, bytes.length), o -> true, read::add);
        assertThat(read).isEqualTo(log);
        read.clear();
        new ResolvingCodec(later)
                .decode(
                        new DataBlock("x.avro", 0, 100, 100 + log.size(), bytes, bytes.length),
                        o -> o == 107,
                        read::add);
        assertThat(read).containsExactly(log.get(7));
    }

    private static Schema later() {
        List<Schema.Field> fields = new ArrayList<>();
        fields.add(new Schema.Field("origin", Schema.create(Schema.Type.STRING)));
        RecordCodec.SCHEMA.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(5, new Schema.Field("flags", Schema.create(Schema.Type.INT)));
        return Schema.createRecord(
                RecordCodec.SCHEMA.getName(), null, RecordCodec.SCHEMA.getNamespace(), false, fields);
    }

    private static byte[] encode(List<Change> log, Schema schema) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(schema);
        for (Change change : log) {
            GenericRecord datum = new GenericData.Record(schema);
            datum.put("origin", "elsewhere");
            datum.put("flags", 3);
            datum.put("main", change.main());
            datum.put("sub", change.sub());
            datum.put("tombstone", change.isTombstone());
            datum.put("key", ByteBuffer.wrap(change.key()));
            datum.put("value", ByteBuffer.wrap(change.value()));
            datum.put("createRevision", change.createRevision());
            datum.put("version", change.version());
            datum.put("lease", change.lease());
            datum.put("capturedAtMillis", change.capturedAtMillis());
            datum.put("notBeforeMillis", change.notBeforeMillis());
            writer.write(datum, encoder);
        }
        encoder.flush();
        return out.toByteArray();
    }
}
