package dev.tidemark.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.SchemaException;
import dev.tidemark.schemas.avro.WireRevisionBatch;
import dev.tidemark.schemas.avro.WireTick;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another version may have more fields than this one: what both know is read, once the schema is known. */
class SchemaEvolutionTest {
    @TempDir
    Path spool;

    @Test
    void aTickWithAFieldThatIsUnknownHereIsReadOnceItsSchemaIsKnown() throws IOException {
        Schema newer = withField(
                WireTick.getClassSchema().toString(), "\"fields\":[", "{\"name\":\"more\",\"type\":\"string\"},");
        GenericRecord tick = new GenericData.Record(newer);
        tick.put("more", "than before");
        tick.put("generation", "g");
        tick.put("atMillis", 77L);
        byte[] record = encode(newer, tick);

        Recorded recorded = new Recorded();
        try (TopicDecoder decoder = new TopicDecoder(spool, List.of(newer))) {
            decoder.decode(record, recorded);
        }
        assertThat(recorded.events).containsExactly(new TopicEvent.Tick("g", 77));

        try (TopicDecoder decoder = new TopicDecoder(spool)) {
            assertThatThrownBy(() -> decoder.decode(record, recorded))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("unknown schema fingerprint");
        }
    }

    @Test
    void changesWithAFieldThatIsUnknownHereAreRead() throws IOException {
        Schema newer = withField(
                WireRevisionBatch.getClassSchema().toString(),
                "\"name\":\"WireChange\"",
                "\"fields\":[",
                "{\"name\":\"origin\",\"type\":\"string\"},");
        Schema revisionSchema = newer.getField("revisions").schema().getElementType();
        Schema changeSchema = revisionSchema.getField("changes").schema().getElementType();
        GenericRecord change = new GenericData.Record(changeSchema);
        change.put("origin", "a client");
        change.put(
                "type", new GenericData.EnumSymbol(changeSchema.getField("type").schema(), "PUT"));
        change.put("key", ByteBuffer.wrap(new byte[] {1}));
        change.put("value", ByteBuffer.wrap(new byte[] {2}));
        change.put("createRevision", 5L);
        change.put("version", 1L);
        change.put("lease", 0L);
        GenericRecord revision = new GenericData.Record(revisionSchema);
        revision.put("main", 5L);
        revision.put("capturedAtMillis", 2L);
        revision.put("notBeforeMillis", 1L);
        revision.put("changes", List.of(change));
        GenericRecord batch = new GenericData.Record(newer);
        batch.put("generation", "g");
        batch.put("leases", List.of());
        batch.put("revisions", List.of(revision));

        Recorded recorded = new Recorded();
        try (TopicDecoder decoder = new TopicDecoder(spool, List.of(newer))) {
            decoder.decode(encode(newer, batch), recorded);
        }
        assertThat(recorded.changes()).singleElement().satisfies(read -> {
            assertThat(read.main()).isEqualTo(5);
            assertThat(read.value()).containsExactly(2);
            assertThat(read.capturedAtMillis()).isEqualTo(2);
        });
    }

    /** The schema with a field put in behind the last of some marks that follow each other. */
    private static Schema withField(String json, String... marksAndField) {
        int at = 0;
        for (int i = 0; i < marksAndField.length - 1; i++) {
            at = json.indexOf(marksAndField[i], at) + marksAndField[i].length();
        }
        return new Schema.Parser()
                .parse(json.substring(0, at) + marksAndField[marksAndField.length - 1] + json.substring(at));
    }

    private static byte[] encode(Schema schema, GenericRecord datum) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(WireFormat.header(schema));
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(datum, encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
