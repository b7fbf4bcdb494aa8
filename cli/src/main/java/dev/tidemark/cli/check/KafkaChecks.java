package dev.tidemark.cli.check;

import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.topic.TopicInspection;
import dev.tidemark.schemas.Failure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Kafka: that it answers, that the topic is as it must be, and what our user may do there. */
final class KafkaChecks {
    private static final int TRANSACTION_VERSION = 2;

    private final CaptureSettings settings;

    KafkaChecks(CaptureSettings settings) {
        this.settings = settings;
    }

    void run(Findings findings) {
        TopicInspection[] opened = new TopicInspection[1];
        try {
            boolean reachable = findings.check("kafka", name -> {
                opened[0] = new TopicInspection(settings);
                return Finding.ok(name, servers() + ", " + opened[0].brokers() + " brokers");
            });
            if (!reachable) {
                findings.skip("Kafka does not answer", "kafka topic", "kafka permissions", "kafka transactions");
                return;
            }
            findings.check("kafka topic", name -> topic(name, opened[0]));
            findings.check("kafka permissions", name -> permissions(name, opened[0]));
            findings.check("kafka transactions", name -> transactions(name, opened[0]));
        } finally {
            if (opened[0] != null) {
                opened[0].close();
            }
        }
    }

    private String servers() {
        return settings.kafka().get("bootstrap.servers");
    }

    private Finding topic(String name, TopicInspection topic) {
        String named = settings.topic().name();
        Optional<Map<String, String>> differences = topic.differences();
        if (differences.isEmpty()) {
            return Finding.warn(name, named + " does not exist yet", "tidemark capture makes it when it starts");
        }
        if (differences.get().isEmpty()) {
            return Finding.ok(name, named + " is as it must be");
        }
        String all = differences.get().entrySet().stream()
                .map(difference -> difference.getKey() + " is " + difference.getValue())
                .collect(Collectors.joining(", "));
        return Finding.fail(
                name,
                Failure.REFUSED,
                named + ": " + all,
                "change it with kafka-configs.sh, or name another topic with topic.revisions");
    }

    private Finding permissions(String name, TopicInspection topic) {
        if (topic.differences().isEmpty()) {
            return Finding.skip(name, "there is no topic yet");
        }
        List<String> missing = topic.missingPermissions();
        return missing.isEmpty()
                ? Finding.ok(name, "the topic may be read and written")
                : Finding.fail(
                        name,
                        Failure.USAGE,
                        "not allowed on " + settings.topic().name() + ": " + String.join(", ", missing),
                        "kafka-acls.sh --bootstrap-server " + servers() + " --add --topic "
                                + settings.topic().name() + " --operation ... --allow-principal ...");
    }

    private Finding transactions(String name, TopicInspection topic) {
        topic.tryTransaction();
        OptionalInt version = topic.transactionVersion();
        if (version.orElse(0) >= TRANSACTION_VERSION) {
            return Finding.ok(name, "possible; transaction.version " + version.getAsInt());
        }
        return Finding.warn(
                name,
                "possible, but transaction.version is " + version.orElse(0) + ", below " + TRANSACTION_VERSION
                        + ": a transaction may hang after a broken connection",
                "kafka-features.sh --bootstrap-server " + servers() + " upgrade --feature transaction.version="
                        + TRANSACTION_VERSION);
    }
}
