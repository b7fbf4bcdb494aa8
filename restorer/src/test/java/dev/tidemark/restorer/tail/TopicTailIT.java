package dev.tidemark.restorer.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.restorer.NaiveHashKv;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.TailSettings;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.past.PastReader;
import dev.tidemark.restorer.plan.AmbiguousRevisionException;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.plan.UnreachableTargetException;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEncoder;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the topic beyond the archive is restored too, or its absence is named. */
class TopicTailIT {
    private static final TopicPartition PARTITION = new TopicPartition(SampleArchive.TOPIC, 0);
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000));
    private static final String GENERATION = SampleArchive.generation(0);

    private static KafkaServer kafka;
    private static Admin admin;

    @TempDir
    private Path directory;

    private final List<Change> log = SampleLog.random(new Random(9), 100, 15);
    private final TopicEncoder encoder = new TopicEncoder();
    private SampleArchive archive;

    @BeforeAll
    static void launch() {
        kafka = KafkaServer.launch();
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        kafka.close();
    }

    /** The archive ends at 60, at offset 0 of the topic. */
    @BeforeEach
    void prepare() throws Exception {
        if (admin.listTopics().names().get().contains(SampleArchive.TOPIC)) {
            admin.deleteTopics(List.of(SampleArchive.TOPIC)).all().get();
        }
        archive = new SampleArchive(new MemoryStore(Clock.systemUTC()), directory, SampleArchive.SMALL);
        archive.topicId(createTopic());
        archive.open(0, 30, null).base(log, 10, 30, List.of());
    }

    private static String createTopic() throws Exception {
        NewTopic topic = new NewTopic(SampleArchive.TOPIC, 1, (short) 1);
        for (int i = 0; i < 100; i++) {
            try {
                return admin.createTopics(List.of(topic))
                        .topicId(SampleArchive.TOPIC)
                        .get()
                        .toString();
            } catch (java.util.concurrent.ExecutionException e) {
                Thread.sleep(50);
            }
        }
        throw new AssertionError("the topic could not be made");
    }

    private Sources sources() {
        return sources(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    private Sources sources(Map<String, Object> client) {
        return new Sources(
                archive.archive(), Optional.of(TailSettings.of(client)), directory, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private List<byte[]> revisions(long first, long last) {
        return encoder.encodeRevisions(
                GENERATION,
                List.of(new LeaseTtl(4, 44)),
                log.stream()
                        .filter(change -> first <= change.main() && change.main() <= last)
                        .toList());
    }

    /** One transaction for each list of records; the last one may be left open or aborted. */
    private static void send(boolean commit, List<byte[]> records) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "t-" + System.nanoTime()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            records.forEach(record -> assertThat(
                            producer.send(new ProducerRecord<>(SampleArchive.TOPIC, 0, new byte[0], record)))
                    .succeedsWithin(Duration.ofSeconds(20)));
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    @Test
    void theTailIsRestoredAsIfItStoodInTheArchive() throws Exception {
        send(true, revisions(31, 70));
        send(false, revisions(71, 90));
        send(true, revisions(71, 101));
        send(true, List.of(encoder.encode(new TopicEvent.Progress(GENERATION, 101, SampleLog.capturedAt(150)))));
        for (long r : new long[] {31, 69, 70, 71, 95, 101}) {
            Path file = directory.resolve(r + ".db");
            RestoreResult result = new Restorer(sources())
                    .restore(
                            RestoreRequest.database(Target.revision(r), Output.newFile(file))
                                    .withoutBump(),
                            RestoreProgress.NONE);
            List<Change> live = SampleLog.liveAt(log, r);
            assertThat(result.plan().tail()).isPresent();
            assertThat(result.keys()).isEqualTo(live.size());
            if (!live.isEmpty()) {
                assertThat(result.hash()).hasValue(NaiveHashKv.of(SampleLog.compactedAt(log, r), live, r, r));
            }
        }
        Restorer restorer = new Restorer(sources());
        assertThat(restorer.plan(Target.latest()).revision()).isEqualTo(101);
        RestorePlan proven = restorer.plan(Target.time(Instant.ofEpochMilli(SampleLog.capturedAt(140))));
        assertThat(proven.revision()).isEqualTo(101);
        assertThat(proven.doubt()).isEmpty();
        assertThat(restorer.plan(Target.time(Instant.ofEpochMilli(SampleLog.capturedAt(160))))
                        .doubt())
                .isPresent();
        ArchiveInfo info = ArchiveInfo.read(sources());
        assertThat(info.topicSeconds()).hasValue(10_000 - 150);
        assertThat(info.archiveSeconds()).hasValue(10_000 - 30);
    }

    @Test
    void aGapInTheTailIsNamedAndWhatStandsBeforeItIsStillThere() throws Exception {
        send(true, revisions(31, 40));
        send(true, revisions(43, 50));
        assertThatThrownBy(() -> new Restorer(sources()).plan(Target.latest())).hasMessageContaining("41..42");
    }

    @Test
    void aNewGenerationWithoutABaseIsNotYetRestorable() throws Exception {
        GenerationEnd end = new GenerationEnd(GENERATION, 40, GenerationEnd.Cause.COMPACTED, "compacted at 60", 41, 59);
        List<byte[]> records = new ArrayList<>(revisions(31, 40));
        records.add(encoder.encode(new TopicEvent.GenerationOpened(
                SampleArchive.generation(1), SampleArchive.CLUSTER, 7, "3.6.16", 70, SampleLog.capturedAt(70), end)));
        send(true, records);
        assertThat(new Restorer(sources()).plan(Target.revision(40)).newestKnown())
                .isEqualTo(70);
        assertThatThrownBy(() -> new Restorer(sources()).plan(Target.latest()))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageContaining("not yet restorable");
        ArchiveInfo.Generation announced =
                ArchiveInfo.read(sources()).generations().get(0);
        assertThat(announced.id()).isEqualTo(SampleArchive.generation(1));
        assertThat(announced.earliest()).isEmpty();
        assertThatThrownBy(() -> new Restorer(sources()).plan(Target.revision(50)))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageContaining("41..59");
    }

    @Test
    void whatOnlyTheTailTellsApartIsNotTakenFromAnOlderGeneration() throws Exception {
        GenerationEnd end = new GenerationEnd(
                GENERATION, 101, GenerationEnd.Cause.SOURCE_REPLACED, "restored at or before 101", 0, 0);
        String fork = SampleArchive.generation(1);
        archive.checkpoint(log, 101, List.of());
        archive.open(1, 70, end).base(log, 60, 70, List.of());
        byte[] key = "fork".getBytes(StandardCharsets.UTF_8);
        send(
                true,
                encoder.encodeRevisions(
                        fork, List.of(), List.of(Change.put(71, 0, key, key, 71, 1, 0, SampleLog.capturedAt(171), 0))));
        PastReader reader = new PastReader(sources());
        assertThatThrownBy(() -> reader.get(key, Target.revision(71)))
                .isInstanceOf(AmbiguousRevisionException.class)
                .hasMessageContaining(fork);
        assertThat(reader.get(key, Target.revision(fork, 71)).records()).hasSize(1);
        assertThat(reader.get(key, Target.revision(GENERATION, 71)).records()).isEmpty();
        assertThat(reader.get(key, Target.revision(70)).plan().generation()).isEqualTo(fork);
    }

    @Test
    void aClientThatCannotBeMadeSaysWhy() {
        assertThatThrownBy(() -> new Restorer(sources(Map.of("bootstrap.servers", "no-such-host.invalid:9092")))
                        .plan(Target.latest()))
                .isInstanceOfSatisfying(
                        TailException.class, e -> assertThat(e.failure()).isEqualTo(Failure.UNAVAILABLE))
                .hasMessageContaining("No resolvable bootstrap");
        assertThatThrownBy(() -> new Restorer(sources(
                                Map.of("bootstrap.servers", kafka.bootstrapServers(), "security.protocol", "SLS")))
                        .plan(Target.latest()))
                .isInstanceOfSatisfying(
                        TailException.class, e -> assertThat(e.failure()).isEqualTo(Failure.USAGE))
                .hasMessageContaining("security.protocol");
    }

    @Test
    void aRecreatedOrTruncatedTopicIsNamedAndTheArchiveStillServes() throws Exception {
        send(true, revisions(31, 40));
        admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(1)))
                .all()
                .get();
        assertLost("deleted before they were archived");
        admin.deleteTopics(List.of(SampleArchive.TOPIC)).all().get();
        assertLost("no such topic");
        createTopic();
        assertLost("recreated");
    }

    private void assertLost(String words) {
        Restorer restorer = new Restorer(sources());
        assertThatThrownBy(() -> restorer.plan(Target.latest()))
                .isInstanceOfSatisfying(
                        TailException.class, e -> assertThat(e.failure()).isEqualTo(Failure.UNREACHABLE_TARGET))
                .hasMessageContaining(words);
        assertThat(restorer.plan(Target.revision(30)).revision()).isEqualTo(30);
    }

    @Test
    void aKafkaThatIsNotThereIsSaidWithinSeconds() {
        Sources nowhere = sources(Map.of("bootstrap.servers", "127.0.0.1:1"));
        long started = System.nanoTime();
        assertThatThrownBy(() -> new Restorer(nowhere).plan(Target.latest()))
                .isInstanceOfSatisfying(
                        TailException.class, e -> assertThat(e.failure()).isEqualTo(Failure.UNAVAILABLE));
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(15));
        RestoreResult result = new Restorer(nowhere)
                .restore(
                        RestoreRequest.database(Target.revision(30), Output.newFile(directory.resolve("db"))),
                        RestoreProgress.NONE);
        assertThat(result.plan().note()).contains("archive alone").contains("Kafka");
    }
}
