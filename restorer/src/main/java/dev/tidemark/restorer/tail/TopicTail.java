package dev.tidemark.restorer.tail;

import dev.tidemark.restorer.TailSettings;
import dev.tidemark.schemas.DensityException;
import dev.tidemark.schemas.SchemaException;
import dev.tidemark.schemas.avro.TopicPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what the topic holds after a position of the archive: committed records only, up to the end that stood when it
 * began, with a consumer of its own that belongs to no group and is never moved by Kafka.
 */
final class TopicTail {
    private static final Duration POLL = Duration.ofMillis(200);

    private final TailSettings settings;
    private final TopicPosition position;
    private final TopicPartition partition;

    private TopicTail(TailSettings settings, TopicPosition position) {
        this.settings = settings;
        this.position = position;
        this.partition = new TopicPartition(position.getTopic(), position.getPartition());
    }

    /** See {@link Tail#read}. */
    static Tail read(TailSettings settings, TopicPosition position, String generation, long last, Path directory) {
        TopicTail tail = new TopicTail(settings, position);
        try (TailAssembly assembly = new TailAssembly(tail.name(), generation, last, directory)) {
            tail.checkTopic();
            tail.readInto(assembly);
            return assembly.finish();
        } catch (InterruptException e) {
            // no word about the topic: whoever interrupts wants no other answer instead
            throw e;
        } catch (KafkaException e) {
            throw tail.translated(e);
        } catch (DensityException | SchemaException e) {
            throw TailException.damaged(tail.name(), e);
        }
    }

    private void checkTopic() {
        Admin admin = Admin.create(client());
        try {
            TopicDescription found = admin.describeTopics(List.of(position.getTopic()))
                    .allTopicNames()
                    .get()
                    .get(position.getTopic());
            if (!found.topicId().toString().equals(position.getTopicId())) {
                throw TailException.lost(
                        name(), "it was recreated: its id is " + found.topicId() + ", not " + position.getTopicId());
            }
            if (position.getPartition() >= found.partitions().size()) {
                throw TailException.lost(
                        name(), "it has only " + found.partitions().size() + " partitions");
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } finally {
            // otherwise it waits for the answers of a broker that is silent, even if nobody wants them any more
            admin.close(Duration.ZERO);
        }
    }

    private void readInto(TailAssembly assembly) {
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerSettings())) {
            consumer.assign(List.of(partition));
            long first = consumer.beginningOffsets(List.of(partition)).get(partition);
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            long next = position.getNextOffset();
            if (first > next) {
                throw TailException.lost(
                        name(), "offsets " + next + ".." + (first - 1) + " were deleted before they were archived");
            }
            if (end < next) {
                throw TailException.lost(
                        name(), "it was truncated: it ends at offset " + end + ", the archive at " + next);
            }
            consumer.seek(partition, new OffsetAndMetadata(next, epoch(), ""));
            readUpTo(end, consumer, assembly);
        } catch (InvalidOffsetException e) {
            throw TailException.lost(name(), "it was truncated: " + e.getMessage());
        }
    }

    /** Reads until the position is there: the last offset may be a transaction's marker, which never shows. */
    private void readUpTo(long end, Consumer<byte[], byte[]> consumer, TailAssembly assembly) {
        long lastPosition = -1;
        long lastProgress = System.nanoTime();
        long here = consumer.position(partition);
        while (here < end) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                if (record.offset() < end) {
                    assembly.add(record.value());
                }
            }
            here = consumer.position(partition);
            if (here > lastPosition) {
                lastPosition = here;
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > settings.patience().toNanos()) {
                throw TailException.unavailable(
                        name(),
                        "no progress beyond offset " + here + " of " + end + " for "
                                + settings.patience().toSeconds() + " s",
                        null);
            }
        }
    }

    private Optional<Integer> epoch() {
        return position.getLeaderEpoch() < 0 ? Optional.empty() : Optional.of(position.getLeaderEpoch());
    }

    private Map<String, Object> client() {
        Map<String, Object> all = new HashMap<>(settings.client());
        int millis = Math.toIntExact(settings.patience().toMillis());
        all.putIfAbsent("request.timeout.ms", millis / 3);
        all.putIfAbsent("default.api.timeout.ms", millis * 2 / 3);
        return all;
    }

    private Map<String, Object> consumerSettings() {
        Map<String, Object> all = client();
        all.remove("group.id");
        all.remove("group.instance.id");
        all.put("isolation.level", "read_committed");
        all.put("auto.offset.reset", "none");
        all.put("enable.auto.commit", false);
        all.put("allow.auto.create.topics", false);
        all.put("max.poll.records", 8);
        // closing a consumer waits for the fetch that is under way, and at the topic's end nothing comes
        all.put("fetch.max.wait.ms", 10);
        all.put("max.partition.fetch.bytes", 4 << 20);
        all.put("fetch.max.bytes", 16 << 20);
        all.put("key.deserializer", ByteArrayDeserializer.class);
        all.put("value.deserializer", ByteArrayDeserializer.class);
        return all;
    }

    private String name() {
        return "topic " + position.getTopic() + " partition " + position.getPartition();
    }

    private TailException translated(KafkaException failure) {
        if (failure instanceof UnknownTopicOrPartitionException) {
            return TailException.lost(name(), "there is no such topic");
        }
        if (failure instanceof AuthenticationException || failure instanceof AuthorizationException) {
            return TailException.refused(name(), failure);
        }
        Throwable root = root(failure);
        // what the form of bootstrap.servers does not show is that no such host is known
        if (root instanceof ConfigException && !root.getMessage().contains("bootstrap.servers")) {
            return TailException.misconfigured(name(), root);
        }
        return TailException.unavailable(name(), String.valueOf(root.getMessage()), failure);
    }

    /** The clients wrap what went wrong in words such as "Failed to construct kafka consumer". */
    private static Throwable root(KafkaException failure) {
        Throwable root = failure;
        while (root.getCause() instanceof KafkaException cause) {
            root = cause;
        }
        return root;
    }
}
