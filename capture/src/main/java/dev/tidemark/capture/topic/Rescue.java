package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureSettings;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes again what stands after the last readable record of the partition and belongs to no transaction that was
 * committed. Nobody else may have it any more: a captor that was killed took its spool with it, one that was told "committed"
 * by a broker that then lost the transaction's end has dropped it, and the source may have compacted it meanwhile. Such
 * records are as true as any; only what does not continue the topic is left out ({@link Continuation}).
 */
final class Rescue {
    private static final Logger LOG = LoggerFactory.getLogger(Rescue.class);
    /** The last readable record's transaction has a marker. */
    private static final long MARKER = 1;

    private final CaptureSettings settings;
    private final TopicPlace place;

    Rescue(CaptureSettings settings, TopicPlace place) {
        this.settings = settings;
        this.place = place;
    }

    /**
     * Writes it, in one transaction.
     *
     * @param log the partition's only producer, which expects the offset where {@code end} ends
     * @param end what is readable
     * @return whether there was anything
     */
    boolean into(TransactionalLog log, TopicTail.End end) {
        if (!isAnything(end, end.nextOffset())) {
            return false;
        }
        try (Continuation found = continuation(end, end.nextOffset())) {
            if (found.size() == 0) {
                return false;
            }
            LOG.warn(
                    "{} records of {}, at offsets {} to {}, were not committed, and continue the topic up to revision {}: they are"
                            + " written again",
                    found.size(),
                    place.topicPartition(),
                    end.readableUntil(),
                    end.nextOffset() - 1,
                    found.last());
            log.begin();
            read(end.readableUntil(), end.nextOffset(), record -> {
                if (found.has(record.offset())) {
                    log.send(record.value());
                }
            });
            log.commit();
            return true;
        }
    }

    /** Up to which revision the topic reaches with what could be written again. */
    long reach(TopicTail.End end) {
        long written = new TopicTail(settings, place).end(TopicTail.Upto.HIGH_WATERMARK);
        if (!isAnything(end, written)) {
            return end.state().last();
        }
        try (Continuation found = continuation(end, written)) {
            return found.last();
        }
    }

    private static boolean isAnything(TopicTail.End end, long written) {
        return written - end.readableUntil() > MARKER && end.state().damage().isEmpty();
    }

    private Continuation continuation(TopicTail.End end, long written) {
        byte[] key = settings.cluster().getBytes(StandardCharsets.UTF_8);
        Continuation continuation =
                new Continuation(end.state(), key, settings.spool().directory());
        read(end.readableUntil(), written, continuation::take);
        return continuation;
    }

    private void read(long from, long until, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(KafkaClients.consumerOfUncommitted(settings))) {
            new Stretch(place.topicPartition(), from, until).read(consumer, taker);
        }
    }
}
