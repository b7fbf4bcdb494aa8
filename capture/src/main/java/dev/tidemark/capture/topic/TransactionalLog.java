package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of a partition: one transaction at a time, each checked to stand right after the one before. Any error
 * ends it; whoever owns it opens another one and reads the topic's end. Not thread-safe.
 */
final class TransactionalLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionalLog.class);
    /** The record header that holds the writing instance's id. */
    static final String WRITER_HEADER = "writer";

    private final KafkaProducer<byte[], byte[]> producer;
    private final TopicPlace place;
    private final Duration time;
    private final byte[] key;
    private final RecordHeader writer;
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();
    private long nextOffset;
    private long bytes;
    private OptionalLong begunAtNanos = OptionalLong.empty();
    private long appendedAtMillis;

    /**
     * What was committed.
     *
     * @param bytes the records' bytes before compression
     * @param millis how long it took, from the transaction's begin
     * @param appendedAtMillis when the broker appended the last record, by its clock; not positive if it did not say
     */
    record Receipt(long records, long bytes, long millis, long appendedAtMillis) {
        private static final long LONGEST_SURE_MILLIS = 2_000;

        /** What the broker's clock says now, give or take half of the transaction; empty if that is too long to be of use. */
        OptionalLong brokerMillis() {
            return appendedAtMillis > 0 && millis < LONGEST_SURE_MILLIS
                    ? OptionalLong.of(appendedAtMillis + millis / 2)
                    : OptionalLong.empty();
        }
    }

    private TransactionalLog(
            KafkaProducer<byte[], byte[]> producer, TopicPlace place, String cluster, String instance, Duration time) {
        this.time = time;
        this.producer = producer;
        this.place = place;
        this.key = cluster.getBytes(StandardCharsets.UTF_8);
        this.writer = new RecordHeader(WRITER_HEADER, instance.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Ends whatever transaction of this cluster is still open, anywhere, and fences its producer.
     *
     * @param time how long a transaction may take
     * @throws KafkaException itself, none of its kinds, if the broker does not allow that much
     */
    static TransactionalLog open(CaptureSettings settings, TopicPlace place, String instance, Duration time) {
        Map<String, Object> client = KafkaClients.producer(settings);
        client.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Math.toIntExact(time.toMillis()));
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client);
        try {
            producer.initTransactions();
            return new TransactionalLog(producer, place, settings.cluster(), instance, time);
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }

    /** Says which offset the next record must get. */
    void expect(long offset) {
        nextOffset = offset;
    }

    /** How long ago the transaction was begun that is under way, or has failed; zero if there is none. */
    Duration age() {
        return begunAtNanos.isEmpty() ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - begunAtNanos.getAsLong());
    }

    /** How long a transaction may take here. */
    Duration time() {
        return time;
    }

    void begin() {
        sent.clear();
        bytes = 0;
        appendedAtMillis = 0;
        begunAtNanos = OptionalLong.of(System.nanoTime());
        LOG.debug("a transaction begins at offset {}", nextOffset);
        producer.beginTransaction();
    }

    void send(byte[] value) {
        LOG.trace("a record of {} bytes is sent", value.length);
        bytes += value.length;
        sent.add(producer.send(record(value)));
    }

    /**
     * Commits what was sent since {@link #begin}, if it stands where it must.
     *
     * @throws KafkaException on any error; whether the transaction was committed is then unknown
     */
    Receipt commit() {
        producer.flush();
        long expected = nextOffset;
        for (Future<RecordMetadata> future : sent) {
            RecordMetadata appended = appended(future);
            appendedAtMillis = appended.timestamp();
            long offset = appended.offset();
            if (offset != expected) {
                producer.abortTransaction();
                throw new KafkaException("a record of " + place.topicPartition() + " got offset " + offset
                        + " instead of " + expected + ": somebody else writes there, or the topic is another one");
            }
            expected++;
        }
        LOG.debug("a transaction of {} records is about to be committed", sent.size());
        producer.commitTransaction();
        LOG.debug("committed up to offset {}", expected);
        // The commit's own marker takes an offset too.
        nextOffset = expected + 1;
        long millis = age().toMillis();
        begunAtNanos = OptionalLong.empty();
        return new Receipt(sent.size(), bytes, millis, appendedAtMillis);
    }

    /**
     * Ends a transaction of this transactional id that only the partition holds open, its marker being lost: the broker
     * counts what this producer id appends as more of that one, and so the next marker ends both. Aborted, for that one may
     * hold half of a revision.
     */
    void endHanging() {
        producer.beginTransaction();
        appended(producer.send(record(new byte[0])));
        producer.abortTransaction();
    }

    private ProducerRecord<byte[], byte[]> record(byte[] value) {
        return new ProducerRecord<>(place.topic(), place.partition(), null, key, value, List.of(writer));
    }

    private static RecordMetadata appended(Future<RecordMetadata> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    @Override
    public void close() {
        begunAtNanos = OptionalLong.empty();
        producer.close(Duration.ZERO);
    }
}
