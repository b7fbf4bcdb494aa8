package dev.tidemark.restorer.output;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** A record as JSON, as the command line's contract has it. */
final class JsonRecords {
    private JsonRecords() {}

    /** Writes one document; key and value as text when they are UTF-8, else as {@code {"base64": …}}. */
    static void write(JsonGenerator json, Change put) throws IOException {
        json.writeStartObject();
        json.writeFieldName("key");
        writeBytes(json, put.key());
        json.writeFieldName("value");
        writeBytes(json, put.value());
        json.writeNumberField("createRevision", put.createRevision());
        json.writeNumberField("modRevision", put.main());
        json.writeNumberField("version", put.version());
        json.writeNumberField("lease", put.lease());
        json.writeStringField(
                "time",
                put.capturedAtMillis() == 0
                        ? null
                        : Instant.ofEpochMilli(put.capturedAtMillis()).toString());
        json.writeEndObject();
    }

    private static void writeBytes(JsonGenerator json, byte[] bytes) throws IOException {
        try {
            json.writeString(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            json.writeStartObject();
            json.writeFieldName("base64");
            json.writeBinary(bytes);
            json.writeEndObject();
        }
    }
}
