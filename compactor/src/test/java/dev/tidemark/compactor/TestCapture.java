package dev.tidemark.compactor;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEncoder;
import dev.tidemark.schemas.topic.TopicEvent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes what a capture writes, in transactions, some of which it aborts; remembers every committed change. */
final class TestCapture implements AutoCloseable {
    static final int PARTITION = 1;
    private static final int MAX_BATCH = 20;
    private static final int KEYS = 200;

    private final String topic;
    private final String generation;
    private final Random random;
    private final TopicEncoder encoder = new TopicEncoder();
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Change> changes = new ArrayList<>();
    private Future<RecordMetadata> sent;
    private long revision;

    TestCapture(String bootstrap, String topic, String generation, long seed) {
        this.topic = topic;
        this.generation = generation;
        this.random = new Random(seed);
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "transactional.id",
                        topic,
                        "compression.type",
                        "lz4",
                        "max.request.size",
                        "1000000"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
    }

    static void createTopic(String bootstrap, String topic) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            NewTopic wanted = new NewTopic(topic, 3, (short) 1)
                    .configs(Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", "604800000"));
            admin.createTopics(List.of(wanted)).all().get();
        }
    }

    static void deleteTopic(String bootstrap, String topic) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    /** Goes on after what another wrote of the same generation. */
    void goOnAfter(TestCapture former) {
        revision = former.revision;
        changes.addAll(former.changes);
    }

    void open(long baseRevision, GenerationEnd previous) {
        revision = baseRevision;
        transaction(
                true,
                encoder.encode(new TopicEvent.GenerationOpened(
                        generation, TopicLog.CLUSTER, 7, "3.6.16", baseRevision, now(), previous)));
    }

    void tick() {
        transaction(true, encoder.encode(new TopicEvent.Tick(generation, now())));
    }

    /** One transaction with some revisions; one in ten is aborted, as a captor does that dies, and written again. */
    void batch(int valueBytes) {
        List<Change> batch = new ArrayList<>();
        int revisions = 1 + random.nextInt(MAX_BATCH);
        for (int i = 1; i <= revisions; i++) {
            batch.add(change(revision + i, valueBytes));
        }
        byte[][] records = encoder.encodeRevisions(generation, List.of(), batch).toArray(byte[][]::new);
        if (random.nextInt(10) == 0) {
            transaction(false, records);
        }
        transaction(true, records);
        revision += revisions;
        changes.addAll(batch);
    }

    /** One revision that deletes so many keys, never held in memory here. */
    void wide(int keys, int keyBytes) {
        revision++;
        long main = revision;
        long at = now();
        Iterable<Change> deletes = () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < keys;
            }

            @Override
            public Change next() {
                String key = String.format("%0" + keyBytes + "d", next);
                return Change.delete(main, next++, TopicLog.bytes(key), at, at - 1);
            }
        };
        producer.beginTransaction();
        encoder.encodeLargeRevision(generation, List.of(), keys, deletes, this::send);
        producer.commitTransaction();
    }

    long revision() {
        return revision;
    }

    /** All committed changes of batches, in order. */
    List<Change> changes() {
        return changes;
    }

    private Change change(long main, int valueBytes) {
        byte[] key = TopicLog.bytes("key-" + random.nextInt(KEYS));
        long at = now();
        if (random.nextInt(5) == 0) {
            return Change.delete(main, 0, key, at, at - 1);
        }
        byte[] value = new byte[valueBytes];
        random.nextBytes(value);
        return Change.put(main, 0, key, value, main, 1, 0, at, at - 1);
    }

    private void transaction(boolean commits, byte[]... records) {
        producer.beginTransaction();
        for (byte[] record : records) {
            send(record);
        }
        if (commits) {
            producer.commitTransaction();
        } else {
            producer.flush();
            producer.abortTransaction();
        }
    }

    /** Errors come with the commit. */
    private void send(byte[] value) {
        sent = producer.send(new ProducerRecord<>(topic, PARTITION, TopicLog.bytes(TopicLog.CLUSTER), value));
    }

    /** Whether the last record sent has an answer. */
    boolean isIdle() {
        return sent == null || sent.isDone();
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    @Override
    public void close() {
        producer.close();
    }
}
