package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The revisions topic, read beside Streams: one admin client, and a consumer for as long as a read lasts. Thread-safe. */
final class KafkaLogs implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaLogs.class);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long NO_PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final CompactorSettings settings;
    private final Admin admin;

    KafkaLogs(CompactorSettings settings) {
        this.settings = settings;
        try {
            this.admin = Admin.create(ClientProperties.admin(settings));
        } catch (KafkaException e) {
            throw refused(e);
        }
    }

    /** The topic's description; empty if there is no such topic yet. */
    Optional<TopicDescription> topic() {
        try {
            return Optional.of(answer(admin.describeTopics(List.of(settings.topic()))
                    .topicNameValues()
                    .get(settings.topic())));
        } catch (CompactorException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** How long the topic keeps a record; empty for ever, or if this user may not know. */
    OptionalLong retentionMillis() {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, settings.topic());
        try {
            long millis = Long.parseLong(
                    answer(admin.describeConfigs(List.of(topic)).values().get(topic))
                            .get(TopicConfig.RETENTION_MS_CONFIG)
                            .value());
            return millis < 0 ? OptionalLong.empty() : OptionalLong.of(millis);
        } catch (CompactorException e) {
            LOG.debug("how long topic {} keeps its records is not known: {}", settings.topic(), e.getMessage());
            return OptionalLong.empty();
        }
    }

    /** Asks the brokers for a sign of life. */
    void probe() {
        answer(admin.describeCluster().clusterId());
    }

    /** One partition's log. */
    LogReader reader(int partition) {
        TopicPartition place = new TopicPartition(settings.topic(), partition);
        return new LogReader() {
            @Override
            public Ends ends() {
                return endsOf(place);
            }

            @Override
            public void read(long from, long until, Predicate<LogRecord> sink) {
                readRange(place, from, until, sink);
            }
        };
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }

    private LogReader.Ends endsOf(TopicPartition place) {
        String id = topic().orElseThrow(() -> unavailable("the topic " + settings.topic() + " does not exist", null))
                .topicId()
                .toString();
        return new LogReader.Ends(id, offset(place, OffsetSpec.earliest()), offset(place, OffsetSpec.latest()));
    }

    private long offset(TopicPartition place, OffsetSpec spec) {
        ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
        return answer(admin.listOffsets(Map.of(place, spec), committed).partitionResult(place))
                .offset();
    }

    private void readRange(TopicPartition place, long from, long until, Predicate<LogRecord> sink) {
        if (from >= until) {
            return;
        }
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(ClientProperties.ownConsumer(settings))) {
            consumer.assign(List.of(place));
            consumer.seek(place, from);
            long last = System.nanoTime();
            while (consumer.position(place) < until) {
                long before = consumer.position(place);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() >= until || !sink.test(record(record))) {
                        return;
                    }
                }
                if (consumer.position(place) > before) {
                    last = System.nanoTime();
                } else if (System.nanoTime() - last > NO_PROGRESS_NANOS) {
                    throw unavailable(
                            place + ": nothing came at offset " + before + " for 15 s, though the log ends at " + until,
                            null);
                }
            }
        } catch (KafkaException e) {
            throw translated(e);
        }
    }

    private static LogRecord record(ConsumerRecord<byte[], byte[]> record) {
        return new LogRecord(
                record.offset(),
                record.leaderEpoch().orElse(LogRecord.UNKNOWN_EPOCH),
                record.timestamp(),
                record.key(),
                record.value());
    }

    private <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw translated(e.getCause());
        } catch (TimeoutException e) {
            throw unavailable("Kafka gave no answer within " + ANSWER.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }

    /** What Kafka's clients throw, in this package's words. */
    private RuntimeException translated(Throwable error) {
        if (error instanceof InterruptException) {
            return new StoppedException();
        }
        if (error instanceof AuthenticationException || error instanceof AuthorizationException) {
            return refused(error);
        }
        return unavailable("Kafka: " + error.getMessage(), error);
    }

    private CompactorException unavailable(String message, Throwable cause) {
        return new CompactorException(
                Failure.UNAVAILABLE, message + " (" + brokers() + ")", "check that the brokers can be reached", cause);
    }

    private CompactorException refused(Throwable cause) {
        return new CompactorException(
                Failure.USAGE,
                "Kafka refused the client: " + cause.getMessage() + " (" + brokers() + ")",
                "check the kafka.* settings: addresses, credentials and their permissions",
                cause);
    }

    private String brokers() {
        return settings.kafka().getOrDefault("bootstrap.servers", "no bootstrap.servers");
    }
}
