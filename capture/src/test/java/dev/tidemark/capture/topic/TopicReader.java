package dev.tidemark.capture.topic;

import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionSequence;
import dev.tidemark.schemas.topic.TopicDecoder;
import dev.tidemark.schemas.topic.TopicEvent;
import dev.tidemark.schemas.topic.TopicVisitor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a whole partition as any reader would: committed records only, and every revision exactly once. A topic that is
 * not there yet, or not now, tells of no generation.
 */
public final class TopicReader implements TopicVisitor {
    /** One generation as the topic tells it. */
    public static final class Told {
        public final TopicEvent.GenerationOpened opened;
        public final List<Change> changes = new ArrayList<>();
        /** The times to live of each lease in seconds, as they came. */
        public final Map<Long, List<Long>> leases = new HashMap<>();

        public final List<TopicEvent.BaseReady> bases = new ArrayList<>();
        public final List<TopicEvent.SideReady> sides = new ArrayList<>();
        final RevisionSequence sequence;
        public long progress;
        public int ticks;

        Told(TopicEvent.GenerationOpened opened) {
            this.opened = opened;
            this.sequence = new RevisionSequence("topic", opened.baseRevision());
        }

        public long last() {
            return sequence.last();
        }
    }

    private static final Duration SETTLES = Duration.ofMillis(500);

    public final List<Told> generations = new ArrayList<>();

    /** The writing instances, one for each run of records. */
    public final List<String> writers = new ArrayList<>();

    /** When the broker took the first revisions of each writer, in milliseconds since the epoch. */
    public final Map<String, Long> firstRevisionsAt = new HashMap<>();

    public int largestRecord;

    /** What to do with a record that is none of capture's. */
    public enum Foreign {
        REFUSED,
        SKIPPED
    }

    public static TopicReader read(CaptureSettings settings, Path spool) {
        return read(settings, spool, Foreign.REFUSED);
    }

    public static TopicReader read(CaptureSettings settings, Path spool, Foreign foreign) {
        TopicReader reader = new TopicReader();
        TopicPartition partition =
                new TopicPartition(settings.topic().name(), settings.topic().partition());
        if (!exists(settings)) {
            return reader;
        }
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(KafkaClients.consumer(settings));
                TopicDecoder decoder = new TopicDecoder(spool)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = settledEnd(settings, partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    if (foreign == Foreign.SKIPPED && record.key() == null) {
                        continue;
                    }
                    reader.written(TopicTail.writer(record));
                    reader.largestRecord = Math.max(reader.largestRecord, record.value().length);
                    long before =
                            reader.generations.isEmpty() ? 0 : reader.newest().last();
                    decoder.decode(record.value(), reader);
                    if (!reader.generations.isEmpty() && reader.newest().last() > before) {
                        reader.firstRevisionsAt.putIfAbsent(TopicTail.writer(record), record.timestamp());
                    }
                }
            }
        }
        return reader;
    }

    private static boolean exists(CaptureSettings settings) {
        try (Admin admin = Admin.create(KafkaClients.admin(settings))) {
            return admin.listTopics().names().get().contains(settings.topic().name());
        } catch (ExecutionException e) {
            throw new AssertionError("Kafka does not tell its topics", e);
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
    }

    /** A commit is acknowledged before its marker can be read: it is waited for, but not while more is written. */
    private static long settledEnd(CaptureSettings settings, TopicPartition partition) {
        TopicTail tail = new TopicTail(settings, new TopicPlace(partition.topic(), "", partition.partition()));
        tail.awaitReadable(SETTLES);
        return tail.end(TopicTail.Upto.STABLE);
    }

    private void written(String writer) {
        if (writers.isEmpty() || !writers.get(writers.size() - 1).equals(writer)) {
            writers.add(writer);
        }
    }

    public Told newest() {
        if (generations.isEmpty()) {
            throw new AssertionError("no generation stands in the topic yet");
        }
        return generations.get(generations.size() - 1);
    }

    @Override
    public void opened(TopicEvent.GenerationOpened event) {
        generations.add(new Told(event));
    }

    @Override
    public void revisions(TopicEvent.Revisions event) {
        newest().sequence.accept(event.range());
        event.changes().forEach(newest().changes::add);
        for (LeaseTtl lease : event.leases()) {
            newest().leases.computeIfAbsent(lease.id(), id -> new ArrayList<>()).add(lease.ttlSeconds());
        }
    }

    @Override
    public void baseReady(TopicEvent.BaseReady event) {
        newest().bases.add(event);
    }

    @Override
    public void sideReady(TopicEvent.SideReady event) {
        newest().sides.add(event);
    }

    @Override
    public void progress(TopicEvent.Progress event) {
        if (event.revision() > newest().last()) {
            throw new AssertionError("progress " + event.revision() + " is claimed after " + newest().last());
        }
        newest().progress = event.revision();
    }

    @Override
    public void tick(TopicEvent.Tick event) {
        newest().ticks++;
    }
}
