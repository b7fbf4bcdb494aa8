package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.generation.TailState;
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
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * Reads the end of a partition, committed records only, far enough back to tell where capture stands. To be read after
 * {@code initTransactions}: then no transaction of our own is open, and everything before the end is decided.
 */
final class TopicTail {
    private static final long FIRST_STEP = 256;
    private static final Duration LOOK = Duration.ofMillis(20);

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
     * @param readableUntil the offset after the last record that was read: what may follow was not committed
     * @param nextOffset the offset that the next record gets
     * @param writer the instance that wrote the last record; empty if there is none
     */
    record End(TailState state, long readableUntil, long nextOffset, String writer) {}

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

    /** The same; reads back to where the generation's base was announced, if the topic reaches so far. */
    End readToBase(Upto upto) {
        return read(upto, Depth.BASE);
    }

    /** The same; reads back to where the generation was opened, if the topic reaches so far. */
    End readToOpening(Upto upto) {
        return read(upto, Depth.OPENING);
    }

    /** How far back to read: to where the position is sure, or on to where a base was announced, or the generation opened. */
    private enum Depth {
        POSITION,
        BASE,
        OPENING
    }

    private End read(Upto upto, Depth depth) {
        TopicPartition partition = place.topicPartition();
        long end = end(upto);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(KafkaClients.consumer(settings))) {
            long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
            for (long step = FIRST_STEP; ; step *= 2) {
                long start = Math.max(begin, end - step);
                End read = readFrom(consumer, start, end);
                if (start == begin || isEnough(read.state(), depth)) {
                    return read;
                }
            }
        }
    }

    private static boolean isEnough(TailState state, Depth depth) {
        return state.isEnough()
                && (depth == Depth.POSITION
                        || (depth == Depth.BASE && state.isBaseReady())
                        || state.opened().isPresent());
    }

    private End readFrom(KafkaConsumer<byte[], byte[]> consumer, long start, long end) {
        try (Records records = new Records(start)) {
            new Stretch(place.topicPartition(), start, end).read(consumer, records::take);
            return new End(records.state, records.readableUntil, end, records.writer);
        }
    }

    /** Decodes record after record, from the first that begins something. */
    private final class Records implements AutoCloseable {
        private final byte[] key = settings.cluster().getBytes(StandardCharsets.UTF_8);
        private final TailState state = new TailState();
        private TopicDecoder decoder = new TopicDecoder(spool());
        private boolean aligned;
        private long readableUntil;
        private String writer = "";

        Records(long start) {
            this.readableUntil = start;
        }

        /**
         * One that is none of ours says nothing; that it is there says much.
         *
         * @throws SchemaException if another version of Tidemark wrote it: that is no damage
         */
        void take(ConsumerRecord<byte[], byte[]> record) {
            writer = writer(record);
            readableUntil = record.offset() + 1;
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
     * Waits until all that stands in the partition can be read.
     *
     * @return false if that is not so after this time
     * @throws CaptureException UNAVAILABLE if Kafka does not tell
     */
    boolean awaitReadable(Duration patience) {
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            long written = end(admin, Upto.HIGH_WATERMARK);
            long begun = System.nanoTime();
            while (end(admin, Upto.STABLE) < written) {
                if (System.nanoTime() - begun > patience.toNanos()) {
                    return false;
                }
                Pause.of(LOOK);
            }
            return true;
        }
    }

    /**
     * The offset of an end of the partition.
     *
     * @throws CaptureException UNAVAILABLE if Kafka does not tell
     */
    long end(Upto upto) {
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            return end(admin, upto);
        }
    }

    private long end(Admin admin, Upto upto) {
        IsolationLevel level = upto == Upto.STABLE ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
        try {
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

    private Path spool() {
        return settings.spool().directory();
    }

    static String writer(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(TransactionalLog.WRITER_HEADER);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
