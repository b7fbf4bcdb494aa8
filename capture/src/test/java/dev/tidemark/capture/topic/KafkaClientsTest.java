package dev.tidemark.capture.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaClientsTest {
    @Test
    void settingsThatTheLawsRestOnAreRefusedByName() {
        CaptureSettings settings = settings(Map.of("bootstrap.servers", "b:1", "acks", "1"));
        assertThatThrownBy(() -> KafkaClients.producer(settings))
                .isInstanceOfSatisfying(
                        TidemarkException.class, e -> assertThat(e.failure()).isEqualTo(Failure.USAGE))
                .hasMessageContaining("acks");
    }

    @Test
    void everythingElsePassesThroughAndWins() {
        Map<String, Object> producer =
                KafkaClients.producer(settings(Map.of("linger.ms", "7", "security.protocol", "SSL")));
        assertThat(producer)
                .containsEntry("linger.ms", "7")
                .containsEntry("security.protocol", "SSL")
                .containsEntry("transactional.id", "tidemark.revisions-capture-prod")
                .containsEntry("acks", "all");
    }

    @Test
    void aJoiningCaptorTakesNothingFromItsHolderAndADeadOneIsFoundInSixSeconds() {
        assertThat(KafkaClients.captor(settings(Map.of()), "host/instance"))
                .containsEntry("group.id", "tidemark.revisions-capture-prod")
                .containsEntry("client.id", "tidemark.revisions-capture-prod@host/instance")
                .containsEntry("group.protocol", "classic")
                .containsEntry("session.timeout.ms", 6_000)
                .containsEntry("heartbeat.interval.ms", 1_000)
                .containsEntry("max.poll.interval.ms", 10_000)
                .containsEntry(
                        "partition.assignment.strategy",
                        List.of("org.apache.kafka.clients.consumer.CooperativeStickyAssignor"))
                .doesNotContainKey("group.instance.id");
        assertThatThrownBy(() -> KafkaClients.captor(settings(Map.of("group.instance.id", "b")), "host/instance"))
                .hasMessageContaining("group.instance.id");
    }

    @Test
    void readersSeeCommittedRecordsOnlyAndNeverJump() {
        assertThat(KafkaClients.consumer(settings(Map.of())))
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "none");
    }

    private static CaptureSettings settings(Map<String, String> kafka) {
        return new CaptureSettings(
                "prod",
                List.of(EtcdSettings.of("http://127.0.0.1:2379")),
                new CaptureSettings.Topic("tidemark.revisions", 0, 64, (short) 3),
                "tidemark.revisions",
                kafka,
                Duration.ofSeconds(30),
                CaptureSettings.Spool.in(Path.of("x")),
                CaptureSettings.NewSource.REFUSE);
    }
}
