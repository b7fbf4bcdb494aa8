package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.generation.TailState;
import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;

/**
 * Looks at the revisions topic as capture would find it. Writes nothing into it and fences nobody: it may run beside a
 * capture. Every method throws a {@link CaptureException}: UNAVAILABLE within some seconds without an answer, USAGE for
 * refused credentials.
 */
public final class TopicInspection implements Closeable {
    private static final Set<AclOperation> NEEDED =
            EnumSet.of(AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE);

    private final CaptureSettings settings;
    private final TopicSetup setup;
    private final Admin admin;

    /**
     * Where a partition stands.
     *
     * @param generation the newest generation; empty if it holds none
     * @param last the last revision; 0 if it does not tell
     * @param writtenAtMillis when the last record was appended, by the broker's clock; 0 if there is none
     */
    public record Head(String generation, long last, long writtenAtMillis) {}

    /** An inspection for a capture with these settings; the spool's directory must be of its own. */
    public TopicInspection(CaptureSettings settings) {
        this.settings = settings;
        this.setup = new TopicSetup(settings);
        try {
            this.admin = Admin.create(KafkaClients.admin(settings));
        } catch (KafkaException e) {
            throw new CaptureException(
                    Failure.USAGE,
                    "the Kafka settings cannot be used: " + (e.getCause() == null ? e : e.getCause()).getMessage(),
                    "check kafka.bootstrap.servers and the other kafka.* settings",
                    e);
        }
    }

    /** How many brokers answer for the cluster. */
    public int brokers() {
        return get(admin.describeCluster().nodes()).size();
    }

    /** How the topic differs from what it must be; empty if there is none yet. */
    public Optional<Map<String, String>> differences() {
        return setup.differences(admin);
    }

    /** What the user may not do with the topic, though capture has to. */
    public List<String> missingPermissions() {
        String topic = settings.topic().name();
        TopicDescription found = get(admin.describeTopics(
                                List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                        .allTopicNames())
                .get(topic);
        Set<AclOperation> may = found.authorizedOperations();
        return may == null || may.contains(AclOperation.ALL)
                ? List.of()
                : NEEDED.stream()
                        .filter(need -> !may.contains(need))
                        .map(Enum::name)
                        .toList();
    }

    /** The brokers' level of the feature transaction.version; empty if they do not know it. */
    public OptionalInt transactionVersion() {
        FinalizedVersionRange found = get(admin.describeFeatures().featureMetadata())
                .finalizedFeatures()
                .get("transaction.version");
        return found == null ? OptionalInt.empty() : OptionalInt.of(found.maxVersionLevel());
    }

    /** Begins and drops a transaction under an id of its own, without a record. */
    public void tryTransaction() {
        Map<String, Object> all = new HashMap<>(KafkaClients.producer(settings));
        all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.installation() + "-check-" + settings.cluster());
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(all);
        try {
            producer.initTransactions();
            producer.beginTransaction();
            producer.abortTransaction();
        } catch (KafkaException e) {
            throw setup.unavailable(e);
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    /** Where the cluster's partition stands, committed records only. */
    public Head head() {
        TopicPlace place = new TopicPlace(
                settings.topic().name(), setup.currentId(), settings.topic().partition());
        try {
            TailState state =
                    new TopicTail(settings, place).read(TopicTail.Upto.STABLE).state();
            ListOffsetsResultInfo newest =
                    get(admin.listOffsets(Map.of(place.topicPartition(), OffsetSpec.maxTimestamp()))
                            .partitionResult(place.topicPartition()));
            return new Head(state.generation(), state.last(), Math.max(0, newest.timestamp()));
        } catch (KafkaException e) {
            throw setup.unavailable(e);
        }
    }

    private <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw setup.unavailable(e.getCause());
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
