package dev.tidemark.bench;

import dev.tidemark.archive.catalog.BaseDraft;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.UploadedBase;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.topic.TopicEncoder;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic with one partition, written as capture writes it: its encoder, its batches, its producer's settings, a few
 * thousand revisions a transaction. Only the records' timestamps are not the broker's: they run as if {@value
 * #REVISIONS_A_SECOND} revisions came each second, so that the log is cut as one that was written at that pace.
 */
final class FoldTopic implements AutoCloseable {
    /** The base's: it is empty, and what is measured comes after it. */
    static final long BASE_REVISION = 1;

    static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(30);

    private static final int REVISIONS_A_SECOND = 3_000;
    private static final String GENERATION = "01JDB3Z6V5KQ8S5G4N7T2R9WXY";
    private static final String ATTEMPT = "01JDB40M8H3D0V6E1C9A000001";
    /** About the 4 MiB after which capture ends a transaction. */
    private static final int REVISIONS_A_TRANSACTION = 12_000;

    private static final byte[] KEY = CaptureChild.CLUSTER.getBytes(StandardCharsets.UTF_8);

    private final String topic;
    private final String bootstrapServers;
    private final KafkaProducer<byte[], byte[]> producer;
    private final TopicEncoder encoder = new TopicEncoder();
    private final KubernetesLoad load;
    private final long startMillis;
    private long last = BASE_REVISION;
    private long bytes;

    private FoldTopic(String topic, String bootstrapServers, KubernetesLoad load, long startMillis) {
        this.topic = topic;
        this.bootstrapServers = bootstrapServers;
        this.load = load;
        this.startMillis = startMillis;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "transactional.id", topic,
                        "transaction.timeout.ms", "600000",
                        "compression.type", "lz4",
                        "linger.ms", "0",
                        "batch.size", "1048576",
                        "buffer.memory", "8388608",
                        "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    /** A new topic that will hold so many revisions; nothing is in it but its generation, whose base is announced. */
    static FoldTopic create(String bootstrapServers, String topic, int revisions, Path scratch)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            NewTopic wanted = new NewTopic(topic, 1, (short) 1)
                    .configs(Map.of("message.timestamp.type", "CreateTime", "retention.ms", "-1"));
            admin.createTopics(List.of(wanted)).all().get();
        }
        // all of it lies in the past: a broker takes no records of the future
        long startMillis =
                System.currentTimeMillis() - Duration.ofMinutes(5).toMillis() - revisions * 1_000L / REVISIONS_A_SECOND;
        FoldTopic made = new FoldTopic(topic, bootstrapServers, new KubernetesLoad(1), startMillis);
        made.open(scratch);
        return made;
    }

    /** Puts the base that the topic announces into an archive; every time the same bytes. */
    static UploadedBase uploadBase(Path archive) {
        try (ObjectStore store = RestoreArchive.open(archive)) {
            return new ClusterArchive(store, CaptureChild.CLUSTER)
                    .uploader(() -> ATTEMPT)
                    .upload(new BaseDraft(
                            GENERATION,
                            new BaseDraft.Source("", 0, "3.6.16", "", 0),
                            BASE_REVISION,
                            BASE_REVISION,
                            0,
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            "00".repeat(32)));
        }
    }

    private void open(Path scratch) {
        UploadedBase base = uploadBase(scratch);
        producer.beginTransaction();
        send(encoder.encode(new TopicEvent.GenerationOpened(
                GENERATION, CaptureChild.CLUSTER, 1, "3.6.16", BASE_REVISION, startMillis, null)));
        send(encoder.encode(new TopicEvent.BaseReady(GENERATION, BASE_REVISION, base.descriptor(), base.sha256())));
        producer.commitTransaction();
    }

    /** Writes revisions, and the tick by which the interval of the last one is cut, in transactions as capture's. */
    void write(int revisions) {
        for (int done = 0; done < revisions; done += REVISIONS_A_TRANSACTION) {
            producer.beginTransaction();
            send(Math.min(REVISIONS_A_TRANSACTION, revisions - done));
            producer.commitTransaction();
        }
        producer.beginTransaction();
        tick();
        producer.commitTransaction();
    }

    /** The same in one transaction, which nobody sees before {@link #commit}. */
    void writeUnseen(int revisions) {
        producer.beginTransaction();
        for (int done = 0; done < revisions; done += REVISIONS_A_TRANSACTION) {
            send(Math.min(REVISIONS_A_TRANSACTION, revisions - done));
        }
        tick();
        producer.flush();
    }

    /** Shows what was written unseen. */
    void commit() {
        producer.commitTransaction();
    }

    String name() {
        return topic;
    }

    /** The last revision written. */
    long last() {
        return last;
    }

    /** Bytes of all revisions' keys and values. */
    long bytes() {
        return bytes;
    }

    private void send(int revisions) {
        List<Change> changes = new ArrayList<>(revisions);
        for (int i = 0; i < revisions; i++) {
            last++;
            long at = millis();
            byte[] key = load.key();
            byte[] value = load.halfRandomValue(256);
            changes.add(Change.put(last, 0, key, value, last, 1, 0, at, at - 1));
            bytes += key.length + value.length;
        }
        encoder.encodeRevisions(GENERATION, List.of(), changes, this::send);
    }

    private void tick() {
        long at = millis() + CHECKPOINT_INTERVAL.toMillis();
        send(encoder.encode(new TopicEvent.Tick(GENERATION, at)), at);
    }

    private void send(byte[] value) {
        send(value, millis());
    }

    /** Errors come with the commit. */
    private void send(byte[] value, long timestamp) {
        var unused = producer.send(new ProducerRecord<>(topic, 0, timestamp, KEY, value));
    }

    private long millis() {
        return startMillis + (last - BASE_REVISION) * 1_000 / REVISIONS_A_SECOND;
    }

    /** Its records go too: they may be in memory. */
    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.deleteTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topic stays", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
