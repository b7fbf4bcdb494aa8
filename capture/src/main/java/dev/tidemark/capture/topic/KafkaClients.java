package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The settings of capture's Kafka clients: what the operator passes through, and what Tidemark's laws rest on. The latter
 * are owned: passing one is an error that names it.
 */
final class KafkaClients {
    private static final int MEBI = 1 << 20;
    private static final Set<String> OWNED = Set.of(
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            ProducerConfig.INTERCEPTOR_CLASSES_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
            ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
            ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);

    private KafkaClients() {}

    /** The transactional producer's settings. */
    static Map<String, Object> producer(CaptureSettings settings) {
        Map<String, Object> all = new HashMap<>();
        all.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 15_000);
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 12_000);
        all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        all.put(ProducerConfig.BATCH_SIZE_CONFIG, MEBI);
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L * MEBI);
        all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        all.putAll(passThrough(settings));
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, captureId(settings));
        all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, captureId(settings));
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return all;
    }

    /**
     * How long a transaction may usually take.
     *
     * @throws CaptureException USAGE if that is no number
     */
    static Duration transactionTime(CaptureSettings settings) {
        Object millis = producer(settings).get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        try {
            return Duration.ofMillis(Integer.parseInt(millis.toString().trim()));
        } catch (NumberFormatException e) {
            throw new CaptureException(
                    Failure.USAGE,
                    "kafka." + ProducerConfig.TRANSACTION_TIMEOUT_CONFIG + " is \"" + millis
                            + "\", not a number of milliseconds",
                    "leave it out, or set for example 15000",
                    e);
        }
    }

    /** The tail reader's settings: committed records only, never a position that nobody asked for. */
    static Map<String, Object> consumer(CaptureSettings settings) {
        Map<String, Object> all = new HashMap<>();
        all.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        all.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        // closing a consumer waits for the fetch that is under way, and at the topic's end nothing comes
        all.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
        all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 8);
        all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * MEBI);
        all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 * MEBI);
        all.putAll(passThrough(settings));
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, captureId(settings));
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // a topic that was deleted must not come back with the broker's defaults
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return all;
    }

    /** The same for one who wants to see what was not committed too. */
    static Map<String, Object> consumerOfUncommitted(CaptureSettings settings) {
        Map<String, Object> all = consumer(settings);
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        return all;
    }

    /**
     * The settings of a member of the captors' group: found dead after 6 s, and a partition stays with its holder when
     * others come.
     */
    static Map<String, Object> captor(CaptureSettings settings, String name) {
        Map<String, Object> all = consumer(settings);
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, Captors.clientId(captureId(settings), name));
        all.put(ConsumerConfig.GROUP_ID_CONFIG, captureId(settings));
        all.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        all.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
        all.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
        all.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 10_000);
        // Its topic is empty: nothing is to be asked for in haste.
        all.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
        // A topic that was deleted is seen soon, and so is the new one.
        all.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 10_000);
        // The topic is empty: any position will do.
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return all;
    }

    /** The admin client's settings. */
    static Map<String, Object> admin(CaptureSettings settings) {
        Map<String, Object> all = new HashMap<>();
        all.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        all.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        all.putAll(passThrough(settings));
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, captureId(settings));
        return all;
    }

    /** What a cluster's capture is called in Kafka: its transactional id, its group, and the group's topic. */
    static String captureId(CaptureSettings settings) {
        return settings.installation() + "-capture-" + settings.cluster();
    }

    private static Map<String, String> passThrough(CaptureSettings settings) {
        for (String key : settings.kafka().keySet()) {
            if (OWNED.contains(key)) {
                throw new CaptureException(
                        Failure.USAGE,
                        "the Kafka setting " + key + " cannot be passed through: Tidemark's guarantees rest on it",
                        "remove it from the kafka.* settings");
            }
        }
        return settings.kafka();
    }
}
