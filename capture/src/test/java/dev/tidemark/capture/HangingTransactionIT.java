package dev.tidemark.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A broker forgets the end of a transaction that its coordinator calls done. */
class HangingTransactionIT {
    private static final int BATCH_HEADER_BYTES = 12;
    private static final int PARTITION = 2;

    @TempDir
    Path scratch;

    @TempDir
    Path brokersDirectory;

    @Test
    void aTransactionWhoseEndTheBrokerLostIsAbortedAndItsRevisionsComeFromTheSourceAgain(TestInfo test)
            throws Exception {
        try (KafkaServer kafka = KafkaServer.launchIn(brokersDirectory, Map.of());
                EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                Workload workload = Workload.on(etcd.endpoint())) {
            CapturePlace place = new CapturePlace(kafka, test, scratch, new MemoryStore(InstantSource.system()));
            try (RunningCapture capture = place.capture(etcd)) {
                capture.await(1);
                Eventually.eventually(
                        Duration.ofSeconds(30),
                        () -> assertThat(place.read(etcd).newest().bases).isNotEmpty());
                workload.run(Plan.of(200));
                capture.await(workload.oracle().lastRevision());
            }
            kafka.kill();
            loseLastBatch(brokersDirectory.resolve("data/%s-%d/%020d.log".formatted(place.topic(), PARTITION, 0)));
            kafka.start();
            long readable = place.read(etcd).newest().last();
            assertThat(readable).isLessThan(workload.oracle().lastRevision());

            workload.run(Plan.of(200));
            try (RunningCapture capture = place.capture(etcd)) {
                capture.await(workload.oracle().lastRevision());
            }
            TopicReader topic = place.read(etcd);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    /** A batch is its first offset (8 bytes), its length from there on (4), and so many bytes. */
    private static void loseLastBatch(Path log) throws IOException {
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long last = 0;
            ByteBuffer header = ByteBuffer.allocate(BATCH_HEADER_BYTES);
            for (long at = 0; at < file.size(); at += BATCH_HEADER_BYTES + header.getInt(Long.BYTES)) {
                last = at;
                file.read(header.clear(), at);
            }
            file.truncate(last);
        }
    }
}
