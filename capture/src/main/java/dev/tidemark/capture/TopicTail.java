package dev.tidemark.capture;

import dev.tidemark.schemas.DensityException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.SchemaException;
import dev.tidemark.schemas.topic.TopicDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the end of a partition, committed records only, far enough back to tell where capture stands. To be read after
 * {@code initTransactions}: then no transaction of our own is open, and everything before the end is decided.
 */
final class TopicTail {
    private static final Logger LOG = LoggerFactory.getLogger(TopicTail.class);
    private static final long FIRST_STEP = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** Longer than markers of a transaction that was just decided are on their way. */
    private static final Duration MARKERS = Duration.ofSeconds(2);

    private final CaptureSettings settings;
    private final TopicPlace place;

    TopicTail(CaptureSettings settings, TopicPlace place) {
        this.settings = settings;
        this.place = place;
    }

    /**
     * The end of the partition.
     *
     * @param state what it says
     * @param nextOffset the offset that the next record gets
     * @param writer the instance that wrote the last record; empty if there is none
     */
    record End(TailState state, long nextOffset, String writer) {}

    /** Which end of the partition to read up to. */
    enum Upto {
        /** The high watermark: everything before it is decided, since no transaction can be open. */
        HIGH_WATERMARK,
        /** The last stable offset: what is committed now, whoever else may be writing. */
        STABLE
    }

    /** What the partition's end says about the position, and about nothing further back than needed. */
    End read(Upto upto) {
        return read(upto, Depth.POSITION);
    }

    /** The same; reads back to where the generation was opened or its base announced, if the topic reaches so far. */
    End readToOpening(Upto upto) {
        return read(upto, Depth.OPENING);
    }

    /** How far back to read: to where the position is sure, or on to where its generation or base was announced. */
    private enum Depth {
        POSITION,
        OPENING
    }

    private End read(Upto upto, Depth depth) {
        while (true) {
            Optional<End> read = readOnce(upto, depth);
            if (read.isPresent()) {
                return read.get();
            }
        }
    }

    /** Empty if the end has moved meanwhile, as a transaction was aborted. */
    private Optional<End> readOnce(Upto upto, Depth depth) {
        TopicPartition partition = place.topicPartition();
        long end = end(upto);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(KafkaClients.consumer(settings))) {
            consumer.assign(List.of(partition));
            long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
            for (long step = FIRST_STEP; ; step *= 2) {
                long start = Math.max(begin, end - step);
                Optional<End> read = readFrom(consumer, start, end, upto);
                if (read.isEmpty() || start == begin || isEnough(read.get().state(), depth)) {
                    return read;
                }
            }
        }
    }

    private static boolean isEnough(TailState state, Depth depth) {
        return state.isEnough()
                && (depth == Depth.POSITION
                        || state.isBaseReady()
                        || state.opened().isPresent());
    }

    private Optional<End> readFrom(KafkaConsumer<byte[], byte[]> consumer, long start, long end, Upto upto) {
        TopicPartition partition = place.topicPartition();
        TailState state = new TailState();
        String writer = "";
        consumer.seek(partition, start);
        long progressAt = System.nanoTime();
        // before the last stable offset nothing can hang, and who reads up to there may not be the one that writes
        boolean mayHang = upto == Upto.HIGH_WATERMARK;
        try (Records records = new Records(state)) {
            while (consumer.position(partition) < end) {
                long before = consumer.position(partition);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    writer = writer(record);
                    records.take(record);
                }
                if (consumer.position(partition) > before) {
                    progressAt = System.nanoTime();
                } else if (System.nanoTime() - progressAt > PATIENCE.toNanos()) {
                    throw stuck(before, end);
                } else if (mayHang && System.nanoTime() - progressAt > MARKERS.toNanos()) {
                    mayHang = false;
                    if (hasEndedHangingTransaction()) {
                        return Optional.empty();
                    }
                }
            }
        }
        return Optional.of(new End(state, end, writer));
    }

    /** Decodes record after record, from the first that begins something. */
    private final class Records implements AutoCloseable {
        private final byte[] key = settings.cluster().getBytes(StandardCharsets.UTF_8);
        private final TailState state;
        private TopicDecoder decoder = new TopicDecoder(spool());
        private boolean aligned;

        Records(TailState state) {
            this.state = state;
        }

        /**
         * One that is none of ours says nothing; that it is there says much.
         *
         * @throws SchemaException if another version of Tidemark wrote it: that is no damage
         */
        void take(ConsumerRecord<byte[], byte[]> record) {
            if (record.value() == null || !Arrays.equals(key, record.key())) {
                damaged(record, "is not one of cluster " + settings.cluster() + " with a value");
                return;
            }
            try {
                if (aligned || !decoder.isContinuation(record.value())) {
                    aligned = true;
                    decoder.decode(record.value(), state);
                }
            } catch (SchemaException | DensityException e) {
                if (decoder.isOfAnotherVersion(record.value())) {
                    throw e;
                }
                damaged(record, "cannot be read: " + e.getMessage());
            }
        }

        private void damaged(ConsumerRecord<byte[], byte[]> record, String how) {
            state.damaged("the record of " + place.topicPartition() + " at offset " + record.offset() + " " + how);
            decoder.close();
            decoder = new TopicDecoder(spool());
            aligned = false;
        }

        @Override
        public void close() {
            decoder.close();
        }
    }

    /**
     * The offset of an end of the partition.
     *
     * @throws CaptureException UNAVAILABLE if Kafka does not tell
     */
    long end(Upto upto) {
        IsolationLevel level = upto == Upto.STABLE ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            return admin.listOffsets(Map.of(place.topicPartition(), OffsetSpec.latest()), new ListOffsetsOptions(level))
                    .partitionResult(place.topicPartition())
                    .get()
                    .offset();
        } catch (ExecutionException e) {
            throw new CaptureException(
                    Failure.UNAVAILABLE,
                    "Kafka does not tell the end of " + place.topicPartition() + ": "
                            + e.getCause().getMessage(),
                    "check that the brokers run",
                    e);
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    /** What hinders it is no reason to give up: the transaction may be another cluster's, and end by itself. */
    private boolean hasEndedHangingTransaction() {
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            HangingTransaction transaction = new HangingTransaction(admin, KafkaClients.captureId(settings));
            Optional<HangingTransaction.Hanging> hanging = transaction.on(place.topicPartition());
            if (hanging.isPresent()) {
                LOG.warn(
                        "a transaction hangs on {} from offset {}: its end was lost by a broker that went away; it is"
                                + " aborted, and its revisions are taken from the source again",
                        place.topicPartition(),
                        hanging.get().startOffset());
                transaction.abort(hanging.get());
            }
            return hanging.isPresent();
        } catch (ExecutionException e) {
            LOG.warn(
                    "whether a transaction hangs on {} cannot be told, or it cannot be aborted: {}",
                    place.topicPartition(),
                    e.getCause().getMessage());
            return false;
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    private Path spool() {
        return settings.spool().directory();
    }

    static String writer(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(TransactionalLog.WRITER_HEADER);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private CaptureException stuck(long position, long end) {
        return new CaptureException(
                Failure.UNAVAILABLE,
                "reading the end of " + place.topicPartition() + " stands at offset " + position + " of " + end,
                "if no transaction is open there, its end was lost: kafka-transactions.sh abort --topic "
                        + place.topic() + " --partition " + place.partition() + " --start-offset " + position);
    }
}
