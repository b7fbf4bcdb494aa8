package dev.tidemark.capture;

import dev.tidemark.schemas.DensityException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.SchemaException;
import dev.tidemark.schemas.topic.TopicDecoder;
import dev.tidemark.schemas.topic.TopicEvent;
import dev.tidemark.schemas.topic.TopicVisitor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes again what stands after the last readable record of the partition and belongs to no transaction that was
 * committed. Nobody else may have it any more: a captor that was killed took its spool with it, one that was told "committed"
 * by a broker that then lost the transaction's end has dropped it, and the source may have compacted it meanwhile. Such
 * records are as true as any; only what does not continue the topic is left out, and a revision whose end is missing.
 */
final class Rescue {
    private static final Logger LOG = LoggerFactory.getLogger(Rescue.class);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** The last readable record's transaction has a marker. */
    private static final long MARKER = 1;

    private final CaptureSettings settings;
    private final TopicPlace place;
    private final byte[] key;

    Rescue(CaptureSettings settings, TopicPlace place) {
        this.settings = settings;
        this.place = place;
        this.key = settings.cluster().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes it, in one transaction.
     *
     * @param log the partition's only producer, which expects the offset where {@code end} ends
     * @param end what is readable
     * @return whether there was anything
     */
    boolean into(TransactionalLog log, TopicTail.End end) {
        long from = end.readableUntil();
        if (end.nextOffset() - from <= MARKER || end.state().damage().isPresent()) {
            return false;
        }
        long until = continuedUntil(from, end);
        if (until == from) {
            return false;
        }
        LOG.warn(
                "{} holds records at offsets {} to {} whose transaction did not come to its end: they are written again",
                place.topicPartition(),
                from,
                until - 1);
        log.begin();
        read(from, until, record -> log.send(record.value()));
        log.commit();
        return true;
    }

    private long continuedUntil(long from, TopicTail.End end) {
        try (Continuation continuation = new Continuation(end.state(), from)) {
            read(from, end.nextOffset(), continuation::take);
            return continuation.until;
        }
    }

    private void read(long from, long until, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        TopicPartition partition = place.topicPartition();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(KafkaClients.consumerOfUncommitted(settings))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, from);
            long progressAt = System.nanoTime();
            while (consumer.position(partition) < until) {
                long before = consumer.position(partition);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.offset() < until) {
                        taker.accept(record);
                    }
                }
                if (consumer.position(partition) > before) {
                    progressAt = System.nanoTime();
                } else if (System.nanoTime() - progressAt > PATIENCE.toNanos()) {
                    throw new CaptureException(
                            Failure.UNAVAILABLE,
                            "reading " + partition + " stands at offset " + before + " of " + until,
                            "check that the brokers run");
                }
            }
        }
    }

    /** Follows the records as long as each goes on where the one before has ended. */
    private final class Continuation implements TopicVisitor, AutoCloseable {
        private final TopicDecoder decoder = new TopicDecoder(settings.spool().directory());
        private String generation;
        private RevisionSequence sequence;
        private long until;
        private boolean broken;

        Continuation(TailState readable, long from) {
            continues(readable.generation(), readable.last());
            until = from;
        }

        void take(ConsumerRecord<byte[], byte[]> record) {
            if (broken) {
                return;
            }
            try {
                require(
                        record.value() != null && Arrays.equals(key, record.key()),
                        "is one of cluster " + settings.cluster());
                decoder.decode(record.value(), this);
                if (!decoder.isInsideRevision()) {
                    until = record.offset() + 1;
                }
            } catch (SchemaException | DensityException e) {
                LOG.debug("the record at offset {} does not continue the topic", record.offset(), e);
                broken = true;
            }
        }

        private void continues(String id, long last) {
            generation = id;
            sequence = new RevisionSequence("what was not committed", last);
        }

        private void requireGeneration(String id) {
            require(id.equals(generation), "is one of generation " + generation);
        }

        private void require(boolean continues, String what) {
            if (!continues) {
                throw new SchemaException("not so: the record " + what, "");
            }
        }

        @Override
        public void opened(TopicEvent.GenerationOpened event) {
            continues(event.generation(), event.baseRevision());
        }

        @Override
        public void revisions(TopicEvent.Revisions event) {
            requireGeneration(event.generation());
            sequence.accept(event.range());
        }

        @Override
        public void baseReady(TopicEvent.BaseReady event) {
            requireGeneration(event.generation());
        }

        @Override
        public void sideReady(TopicEvent.SideReady event) {
            requireGeneration(event.generation());
        }

        @Override
        public void progress(TopicEvent.Progress event) {
            requireGeneration(event.generation());
            require(event.revision() == sequence.last(), "tells of revision " + sequence.last());
        }

        @Override
        public void tick(TopicEvent.Tick event) {
            requireGeneration(event.generation());
        }

        @Override
        public void close() {
            decoder.close();
        }
    }
}
