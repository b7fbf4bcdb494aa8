package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes the revisions topic, and the topic of the captors' group, as the laws need them, or refuses one that is different.
 * Thread-safe.
 */
public final class TopicSetup {
    private static final long RETENTION_MILLIS = Duration.ofDays(7).toMillis();
    private static final String FOR_EVER = "-1";

    private final CaptureSettings settings;

    /** A setup for a capture with these settings. */
    public TopicSetup(CaptureSettings settings) {
        this.settings = settings;
    }

    /** What the topic must be, and why no other value will do is written in docs/format.md and the design of capture. */
    static Map<String, String> required(short replication) {
        Map<String, String> configs = new LinkedHashMap<>();
        configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        configs.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        configs.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        configs.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, replication >= 3 ? "2" : "1");
        configs.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer");
        configs.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        return configs;
    }

    /**
     * The topic, made if it is not there.
     *
     * @throws CaptureException UNAVAILABLE if Kafka gives no answer, REFUSED if a topic of this name is different
     */
    public TopicPlace ensure() {
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            TopicDescription found = ensure(admin, revisions());
            check(found, configs(admin));
            return new TopicPlace(
                    settings.topic().name(),
                    found.topicId().toString(),
                    settings.topic().partition());
        } catch (KafkaException e) {
            throw unavailable(e);
        }
    }

    /**
     * The empty topic whose only partition belongs to the captor that leads, made if it is not there.
     *
     * @return its name
     * @throws CaptureException UNAVAILABLE if Kafka gives no answer, REFUSED if a topic of this name is different
     */
    public String ensureGroupTopic() {
        String name = KafkaClients.captureId(settings);
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            NewTopic wanted = new NewTopic(name, 1, settings.topic().replication());
            int partitions = ensure(admin, wanted).partitions().size();
            if (partitions != 1) {
                throw new CaptureException(
                        Failure.REFUSED,
                        "topic " + name + " has " + partitions + " partitions instead of 1: more than one captor would"
                                + " lead",
                        "delete it, or set another installation.id");
            }
            return name;
        } catch (KafkaException e) {
            throw unavailable(e);
        }
    }

    /** Reads the topic's end once: whoever cannot is to know it at the start, and a takeover counts seconds. */
    public void rehearse(TopicPlace place) {
        new TopicTail(settings, place).read(TopicTail.Upto.STABLE);
    }

    private TopicDescription ensure(Admin admin, NewTopic wanted) {
        TopicDescription found = describe(admin, wanted.name());
        if (found != null) {
            return found;
        }
        create(admin, wanted);
        return awaitCreated(admin, wanted.name());
    }

    /** The topic's id now; empty if it is gone. */
    String currentId() {
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            TopicDescription found = describe(admin, settings.topic().name());
            return found == null ? "" : found.topicId().toString();
        } catch (KafkaException e) {
            throw unavailable(e);
        }
    }

    private TopicDescription awaitCreated(Admin admin, String name) {
        for (int attempt = 0; attempt < 50; attempt++) {
            TopicDescription found = describe(admin, name);
            if (found != null) {
                return found;
            }
            Pause.of(Duration.ofMillis(100));
        }
        throw unavailable(new KafkaException("the new topic does not appear"));
    }

    private TopicDescription describe(Admin admin, String name) {
        try {
            return admin.describeTopics(List.of(name)).allTopicNames().get().get(name);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return null;
            }
            throw unavailable(e.getCause());
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    private NewTopic revisions() {
        CaptureSettings.Topic topic = settings.topic();
        Map<String, String> configs = required(topic.replication());
        configs.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(RETENTION_MILLIS));
        return new NewTopic(topic.name(), topic.partitions(), topic.replication()).configs(configs);
    }

    private void create(Admin admin, NewTopic wanted) {
        try {
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw unavailable(e.getCause());
            }
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    private Config configs(Admin admin) {
        ConfigResource resource =
                new ConfigResource(ConfigResource.Type.TOPIC, settings.topic().name());
        try {
            return admin.describeConfigs(List.of(resource)).all().get().get(resource);
        } catch (ExecutionException e) {
            throw unavailable(e.getCause());
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    /** What is different from what it must be; empty if there is no such topic. */
    Optional<Map<String, String>> differences(Admin admin) {
        TopicDescription found = describe(admin, settings.topic().name());
        return found == null ? Optional.empty() : Optional.of(differences(found, configs(admin)));
    }

    private Map<String, String> differences(TopicDescription found, Config configs) {
        Map<String, String> differences = new LinkedHashMap<>();
        short replicas = (short) found.partitions().get(0).replicas().size();
        required(replicas).forEach((key, wanted) -> {
            String is = configs.get(key).value();
            if (!wanted.equals(is)) {
                differences.put(key, is + " instead of " + wanted);
            }
        });
        String retention = configs.get(TopicConfig.RETENTION_MS_CONFIG).value();
        if (!retention.equals(FOR_EVER) && Long.parseLong(retention) < RETENTION_MILLIS) {
            differences.put(
                    TopicConfig.RETENTION_MS_CONFIG, retention + " instead of " + RETENTION_MILLIS + " at least");
        }
        CaptureSettings.Topic topic = settings.topic();
        if (replicas < topic.replication()) {
            differences.put("replicas", replicas + " instead of " + topic.replication());
        }
        if (found.partitions().size() <= topic.partition()) {
            differences.put("partitions", found.partitions().size() + ", so there is no " + topic.partition());
        }
        return differences;
    }

    private void check(TopicDescription found, Config configs) {
        Map<String, String> differences = differences(found, configs);
        if (!differences.isEmpty()) {
            throw new CaptureException(
                    Failure.REFUSED,
                    "topic " + settings.topic().name() + " is not as the revisions topic must be: "
                            + differences.entrySet().stream()
                                    .map(difference -> difference.getKey() + " is " + difference.getValue())
                                    .collect(Collectors.joining(", ")),
                    "change it with kafka-configs, or name another topic");
        }
    }

    CaptureException unavailable(Throwable cause) {
        if (cause instanceof AuthenticationException || cause instanceof AuthorizationException) {
            return new CaptureException(
                    Failure.USAGE,
                    "Kafka refuses capture of cluster " + settings.cluster() + ": " + cause.getMessage(),
                    "check the credentials in kafka.*, and what they may do",
                    cause);
        }
        return new CaptureException(
                Failure.UNAVAILABLE,
                "Kafka at " + settings.kafka().getOrDefault("bootstrap.servers", "(no bootstrap.servers)")
                        + " gives no answer about topic " + settings.topic().name() + ": " + cause.getMessage(),
                "check kafka.bootstrap.servers and that the brokers run",
                cause);
    }
}
