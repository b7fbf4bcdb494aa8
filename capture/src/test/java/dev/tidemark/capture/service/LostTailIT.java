package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.sandbox.workload.Workload;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A broker that comes back without the newest part of the topic, as after an unclean election or a power cut: what it had
 * acknowledged is gone. The part is cut off the partition's file between two starts.
 */
class LostTailIT {
    private static final int PARTITION = 2;

    @TempDir
    Path scratch;

    @TempDir
    Path brokersDirectory;

    private final ObjectStore store = new MemoryStore(InstantSource.system());
    private KafkaServer kafka;
    private EtcdServer etcd;
    private Workload workload;
    private CapturePlace place;

    @BeforeEach
    void startServers(TestInfo test) {
        kafka = KafkaServer.launchIn(brokersDirectory, Map.of());
        etcd = EtcdServer.launch(EtcdVersion.V3_6);
        workload = Workload.on(etcd.endpoint());
        place = new CapturePlace(kafka, test, scratch, store);
    }

    @AfterEach
    void stopServers() {
        workload.close();
        etcd.close();
        kafka.close();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aTransactionWhoseEndTheBrokerLostIsWrittenAgainThoughTheSourceHasCompactedIt() throws Exception {
        captureSome();
        kafka.kill();
        cut(Batches::withoutTheEndOfTheLastLargeTransaction);
        kafka.start();
        long readable = place.read(etcd).newest().last();
        assertThat(readable).isLessThan(workload.oracle().lastRevision());
        // then a watch cannot prove any more that it begins where the readable end is
        workload.compact(readable + 1);

        captureMore();
        assertOneGeneration();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aRunningCaptureWritesAgainWhatItWasToldToBeCommitted() throws Exception {
        try (RunningCapture capture = place.capture(etcd)) {
            captureSome(capture);
            kafka.kill();
            cut(Batches::withoutTheEndOfTheLastLargeTransaction);
            workload.compact(workload.oracle().lastRevision());
            workload.run(Plan.of(200));
            kafka.start();
            capture.await(workload.oracle().lastRevision());
        }
        assertOneGeneration();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatTheTopicLostWhileCaptureRanComesFromTheSourceAgain() throws Exception {
        try (RunningCapture capture = place.capture(etcd)) {
            capture.await(1);
            // then only revisions come, and now and then what tells time
            place.awaitBase(etcd);
            workload.run(Plan.of(2_000).withRate(500));
            capture.await(workload.oracle().lastRevision());
            kafka.kill();
            cut(Batches::withoutTheLastTransactions);
            workload.run(Plan.of(200));
            kafka.start();
            capture.await(workload.oracle().lastRevision());
            Eventually.eventually(Duration.ofMinutes(1), () -> assertThat(
                            place.read(etcd).newest().last())
                    .isEqualTo(workload.oracle().lastRevision()));
        }
        assertOneGeneration();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatTheSourceHasCompactedMeanwhileIsTheExactHoleAtTheGenerationsEnd() throws Exception {
        captureSome();
        kafka.kill();
        cut(Batches::withoutTheLastTransactions);
        kafka.start();
        long left = place.read(etcd).newest().last();
        assertThat(left).isLessThan(workload.oracle().lastRevision());
        long compacted = workload.oracle().lastRevision();
        workload.compact(compacted);

        captureMore();
        TopicReader topic = place.read(etcd);
        assertThat(topic.generations).hasSize(2);
        GenerationEnd end = topic.newest().opened.previous();
        assertThat(end.cause()).isEqualTo(GenerationEnd.Cause.COMPACTED);
        assertThat(end.lastRevision()).isEqualTo(left);
        assertThat(end.holeFirst()).isEqualTo(left + 1);
        assertThat(end.holeLast()).isEqualTo(compacted - 1);
        CapturePlace.assertSame(topic.generations.get(0), workload.oracle(), left);
        CapturePlace.assertSame(topic.newest(), workload.oracle());
    }

    private void captureSome() {
        try (RunningCapture capture = place.capture(etcd)) {
            captureSome(capture);
        }
    }

    private void captureSome(RunningCapture capture) {
        capture.await(1);
        // then only revisions come, and now and then what tells time
        place.awaitBase(etcd);
        workload.run(Plan.of(1_000).withRate(500));
        writeLarge();
        capture.await(workload.oracle().lastRevision());
    }

    /** The last revision stands in a large transaction. */
    private void writeLarge() {
        byte[] value = new byte[4 * Batches.LARGE_BYTES];
        new Random(1).nextBytes(value);
        workload.write(new Request.Put("large".getBytes(StandardCharsets.UTF_8), value, 0));
    }

    private void captureMore() {
        workload.run(Plan.of(200));
        try (RunningCapture capture = place.captureAlone(etcd)) {
            capture.await(workload.oracle().lastRevision());
        }
    }

    private void assertOneGeneration() {
        TopicReader topic = place.read(etcd);
        assertThat(topic.generations).hasSize(1);
        CapturePlace.assertSame(topic.newest(), workload.oracle());
    }

    private interface Cut {
        /** The bytes of the file that stay. */
        long of(Batches batches);
    }

    private void cut(Cut cut) throws IOException {
        Path log = brokersDirectory.resolve("data/%s-%d/%020d.log".formatted(place.topic(), PARTITION, 0));
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            file.truncate(cut.of(Batches.in(file)));
        }
    }

    /**
     * Where a partition's record batches stand, by Kafka's message format: the first offset (8 bytes), the length of what
     * follows (4), the leader's epoch (4), a magic byte, a checksum (4), and attributes (2), whose bit 5 tells a marker.
     */
    private record Batches(long lastLargeEnd, List<Long> transactionEnds) {
        private static final int PREFIX_BYTES = 12;
        private static final int ATTRIBUTES_AT = 21;
        private static final int HEADER_BYTES = 23;
        private static final int MARKER = 1 << 5;
        private static final int LOST_TRANSACTIONS = 10;

        /** Some revisions are larger than that, and what only tells time is smaller. */
        private static final int LARGE_BYTES = 500;

        static Batches in(FileChannel file) throws IOException {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            List<Long> ends = new ArrayList<>();
            long lastLargeEnd = 0;
            int largest = 0;
            for (long at = 0; at < file.size(); ) {
                file.read(header.clear(), at);
                int bytes = PREFIX_BYTES + header.getInt(Long.BYTES);
                if ((header.getShort(ATTRIBUTES_AT) & MARKER) != 0) {
                    lastLargeEnd = largest >= LARGE_BYTES ? at : lastLargeEnd;
                    ends.add(at + bytes);
                    largest = 0;
                } else {
                    largest = Math.max(largest, bytes);
                }
                at += bytes;
            }
            return new Batches(lastLargeEnd, ends);
        }

        long withoutTheEndOfTheLastLargeTransaction() {
            return lastLargeEnd;
        }

        long withoutTheLastTransactions() {
            return transactionEnds.get(transactionEnds.size() - 1 - LOST_TRANSACTIONS);
        }
    }
}
