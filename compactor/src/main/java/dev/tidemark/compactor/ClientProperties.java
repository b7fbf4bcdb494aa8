package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of all Kafka clients: what the operator passes through, and what Tidemark's laws rest on. The latter are
 * owned: passing one is an error that names it.
 */
final class ClientProperties {
    private static final int MEBI = 1 << 20;
    private static final List<String> PREFIXES =
            List.of("main.consumer.", "restore.consumer.", "global.consumer.", "consumer.", "producer.", "admin.");

    /** What the laws rest on: positions, isolation, guarantees, buffers, protocols. */
    private static final Set<String> OWNED = Set.of(
            StreamsConfig.APPLICATION_ID_CONFIG,
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
            StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG,
            StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
            "default.deserialization.exception.handler",
            StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
            "default.production.exception.handler",
            StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
            StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG,
            StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG,
            StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG,
            StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG,
            StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG,
            StreamsConfig.STATE_DIR_CONFIG,
            StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG,
            StreamsConfig.TASK_TIMEOUT_MS_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);

    private ClientProperties() {}

    /**
     * Kafka Streams' settings.
     *
     * @param stateDirectory where Streams keeps what little it has: there is no state store
     * @throws CompactorException if an owned key is passed through
     */
    static Properties streams(CompactorSettings settings, Path stateDirectory) {
        Properties all = new Properties();
        all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "1");
        all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "1000");
        all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "45000");
        all.putAll(passThrough(settings.kafka()));
        all.putAll(passThrough(settings.streams()));
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.installation() + "-compactor");
        all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        all.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
        all.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
        // An outage of Kafka is waited for, not answered by giving the task up.
        all.put(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        // Buffers count records: with records of 1 MB the defaults need a gigabyte.
        all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, "8");
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), "8");
        all.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                Integer.toString(4 * MEBI));
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), Integer.toString(16 * MEBI));
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        all.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), settings.member());
        return all;
    }

    /** Settings of an own consumer: committed records only, never a position that nobody asked for. */
    static Map<String, Object> ownConsumer(CompactorSettings settings) {
        Map<String, Object> all = new HashMap<>(passThrough(settings.kafka()));
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        // closing a consumer waits for the fetch that is under way, and at the log's end nothing comes
        all.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "10");
        all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "8");
        all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(4 * MEBI));
        all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(4 * MEBI));
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, settings.installation() + "-compactor-reader");
        return all;
    }

    /** Settings of the admin client. */
    static Map<String, Object> admin(CompactorSettings settings) {
        Map<String, Object> all = new HashMap<>(passThrough(settings.kafka()));
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, settings.installation() + "-compactor-admin");
        return all;
    }

    private static Map<String, String> passThrough(Map<String, String> given) {
        for (String key : given.keySet()) {
            if (OWNED.contains(bare(key))) {
                throw new CompactorException(
                        Failure.USAGE,
                        "the Kafka setting " + key + " cannot be passed through: Tidemark's guarantees rest on it",
                        "remove it from the kafka.* and streams.* settings");
            }
        }
        return given;
    }

    private static String bare(String key) {
        for (String prefix : PREFIXES) {
            if (key.startsWith(prefix)) {
                return key.substring(prefix.length());
            }
        }
        return key;
    }
}
