package dev.tidemark.compactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Streams delivers arrives at the lane as it is, and in order. */
final class DoorTest {
    @TempDir
    private Path directory;

    @Test
    void recordsArriveAtTheirPartitionsLaneInOrderWithOffsetTimestampKeyAndValue() {
        Recorder recorder = new Recorder();
        Properties properties = ClientProperties.streams(
                new CompactorSettings(
                        "here",
                        "member",
                        "revisions",
                        Map.of("bootstrap.servers", "nowhere:1"),
                        Map.of(),
                        Duration.ofSeconds(1),
                        1,
                        directory),
                directory);
        try (TopologyTestDriver driver =
                new TopologyTestDriver(DoorTopology.create("revisions", recorder), properties)) {
            TestInputTopic<byte[], byte[]> topic =
                    driver.createInputTopic("revisions", new ByteArraySerializer(), new ByteArraySerializer());
            topic.pipeInput(TopicLog.bytes("prod"), TopicLog.bytes("one"), Instant.ofEpochMilli(1_000));
            topic.pipeInput(TopicLog.bytes("prod"), null, Instant.ofEpochMilli(900));
            topic.pipeInput(TopicLog.bytes("prod"), TopicLog.bytes("three"), Instant.ofEpochMilli(2_000));
        }
        assertThat(recorder.seen)
                .containsExactly("open 0", "0 1000 prod one", "1 900 prod null", "2 2000 prod three", "close");
    }

    /** Remembers what it is told. */
    private static final class Recorder implements Intake {
        private final List<String> seen = new ArrayList<>();

        @Override
        public Lane open(int partition) {
            seen.add("open " + partition);
            return new Lane() {
                @Override
                public void offer(LogRecord record) {
                    seen.add(record.offset() + " " + record.timestampMillis() + " " + text(record.key()) + " "
                            + text(record.value()));
                }

                @Override
                public void close() {
                    seen.add("close");
                }
            };
        }

        private static String text(byte[] bytes) {
            return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
