package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * A stretch of a partition.
 *
 * @param from its first offset, inclusive
 * @param until its end, exclusive
 */
record Stretch(TopicPartition partition, long from, long until) {
    private static final Duration STEP = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /**
     * Gives each record that the consumer may see to the taker, in order.
     *
     * @throws CaptureException UNAVAILABLE if nothing more comes
     */
    void read(KafkaConsumer<byte[], byte[]> consumer, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long progressAt = System.nanoTime();
        while (consumer.position(partition) < until) {
            long before = consumer.position(partition);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(STEP)) {
                if (record.offset() < until) {
                    taker.accept(record);
                }
            }
            if (consumer.position(partition) > before) {
                progressAt = System.nanoTime();
            } else if (System.nanoTime() - progressAt > PATIENCE.toNanos()) {
                throw stuck(before);
            }
        }
    }

    private CaptureException stuck(long position) {
        return new CaptureException(
                Failure.UNAVAILABLE,
                "reading the end of " + partition + " stands at offset " + position + " of " + until,
                "if that lasts, look for a transaction that nobody ends: kafka-transactions.sh find-hanging --topic "
                        + partition.topic() + " --partition " + partition.partition());
    }
}
