package dev.tidemark.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.avro.ArchiveRecords;
import dev.tidemark.schemas.avro.TopicRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Protocol;
import org.apache.avro.Schema;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaDocsTest {
    @ParameterizedTest
    @MethodSource("protocols")
    void everyRecordAndEveryFieldIsExplained(Protocol protocol) {
        List<String> unexplained = new ArrayList<>();
        for (Schema schema : protocol.getTypes()) {
            explained(schema.getFullName(), schema.getDoc(), unexplained);
            if (schema.getType() == Schema.Type.RECORD) {
                schema.getFields()
                        .forEach(field ->
                                explained(schema.getFullName() + "." + field.name(), field.doc(), unexplained));
            }
        }
        assertThat(unexplained).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void timesSayTheirUnit(Protocol protocol) {
        List<String> unexplained = new ArrayList<>();
        for (Schema schema : protocol.getTypes()) {
            if (schema.getType() == Schema.Type.RECORD) {
                schema.getFields().stream()
                        .filter(field -> field.name().endsWith("Millis")
                                && !field.doc().contains("milliseconds")
                                && !field.doc().contains("apturedAtMillis"))
                        .forEach(field -> unexplained.add(schema.getFullName() + "." + field.name()));
            }
        }
        assertThat(unexplained).isEmpty();
    }

    private static void explained(String name, String doc, List<String> unexplained) {
        if (doc == null || doc.isBlank()) {
            unexplained.add(name);
        }
    }

    static Stream<Protocol> protocols() {
        return Stream.of(TopicRecords.PROTOCOL, ArchiveRecords.PROTOCOL);
    }
}
