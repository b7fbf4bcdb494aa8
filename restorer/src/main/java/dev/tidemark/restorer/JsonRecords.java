package dev.tidemark.restorer;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** A record of the past as JSON, as the command line's contract has it. */
final class JsonRecords {
    private JsonRecords() {}

    /** Writes one document; key and value as text when they are UTF-8, else as {@code {"base64": …}}. */
    static void write(JsonGenerator json, PastRecord past) throws IOException {
        json.writeStartObject();
        json.writeFieldName("key");
        writeBytes(json, past.key());
        json.writeFieldName("value");
        writeBytes(json, past.value());
        json.writeNumberField("createRevision", past.createRevision());
        json.writeNumberField("modRevision", past.modRevision());
        json.writeNumberField("version", past.version());
        json.writeNumberField("lease", past.lease());
        json.writeStringField(
                "time",
                past.capturedAtMillis() == 0
                        ? null
                        : Instant.ofEpochMilli(past.capturedAtMillis()).toString());
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
