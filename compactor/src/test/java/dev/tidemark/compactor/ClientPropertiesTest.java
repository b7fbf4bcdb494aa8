package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator may say to Kafka's clients, and what not. */
final class ClientPropertiesTest {
    private static final Path HERE = Path.of("spool");

    @Test
    void connectionSecurityAndTuningPassThrough() {
        CompactorSettings settings = settings(
                Map.of("bootstrap.servers", "a:1", "security.protocol", "SSL"),
                Map.of("num.stream.threads", "4", "consumer.session.timeout.ms", "10000"));
        assertThat(ClientProperties.streams(settings, HERE))
                .containsEntry("bootstrap.servers", "a:1")
                .containsEntry("security.protocol", "SSL")
                .containsEntry("num.stream.threads", "4")
                .containsEntry("consumer.session.timeout.ms", "10000")
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("application.id", "here-compactor");
        assertThat(ClientProperties.ownConsumer(settings))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "none")
                .doesNotContainKey("num.stream.threads");
        assertThat(new StreamsConfig(ClientProperties.streams(settings, HERE))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "isolation.level",
                "consumer.isolation.level",
                "main.consumer.auto.offset.reset",
                "processing.guarantee",
                "application.id",
                "buffered.records.per.partition",
                "deserialization.exception.handler",
                "group.protocol",
                "producer.transactional.id"
            })
    void whatTheLawsRestOnIsRefusedByName(String key) {
        assertThatThrownBy(() -> ClientProperties.streams(settings(Map.of(), Map.of(key, "x")), HERE))
                .isInstanceOfSatisfying(
                        CompactorException.class, e -> assertThat(e.failure()).isEqualTo(Failure.USAGE))
                .hasMessageContaining(key);
        assertThatThrownBy(() -> ClientProperties.ownConsumer(settings(Map.of(key, "x"), Map.of())))
                .hasMessageContaining(key);
    }

    private static CompactorSettings settings(Map<String, String> kafka, Map<String, String> streams) {
        return new CompactorSettings("here", "member", "revisions", kafka, streams, Duration.ofSeconds(1), 1, HERE);
    }
}
