package dev.tidemark.capture.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.service.CapturePlace;
import dev.tidemark.capture.service.RunningCapture;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.sandbox.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A broker that aborts transactions long before a large revision is through, as a slow way to it would make it. */
class ShortTransactionsIT {
    private static final int RUNS = 10;
    private static final int KEYS_A_RUN = 10_000;
    private static final Map<String, String> STRICT =
            Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "20");

    @TempDir
    Path scratch;

    @Test
    void aRevisionThatNeedsMoreTimeThanATransactionHasPassesInTheEnd(TestInfo test) {
        try (KafkaServer kafka = KafkaServer.launch(STRICT);
                EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, "--max-txn-ops=10000");
                Workload workload = Workload.on(etcd.endpoint())) {
            CaptureSettings settings = new CaptureSettings(
                    "prod",
                    List.of(EtcdSettings.of(etcd.endpoint())),
                    new CaptureSettings.Topic(test.getTestMethod().orElseThrow().getName(), 0, 1, (short) 1),
                    "tidemark",
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "transaction.timeout.ms", "10"),
                    Duration.ofSeconds(3),
                    CaptureSettings.Spool.in(scratch.resolve("spool")),
                    CaptureSettings.NewSource.REFUSE);
            try (RunningCapture capture = new RunningCapture(settings, new MemoryStore(InstantSource.system()))) {
                capture.await(1);
                for (int run = 0; run < RUNS; run++) {
                    workload.write(Request.Transaction.of(puts(run)));
                }
                workload.write(new Request.DeleteRange(bytes("many/"), bytes("many0")));
                workload.run(Plan.of(100));
                capture.await(workload.oracle().lastRevision());
            }
            TopicReader topic = TopicReader.read(settings, scratch);
            assertThat(topic.generations).hasSize(1);
            CapturePlace.assertSame(topic.newest(), workload.oracle());
        }
    }

    /** What {@link TopicAccess} goes by. */
    @Test
    void aTimeThatTheBrokerDoesNotAllowIsRefusedByAnErrorOfNoKind() {
        try (KafkaServer kafka = KafkaServer.launch(Map.of("transaction.max.timeout.ms", "20000"))) {
            CaptureSettings settings = CapturePlace.settings(
                    "http://127.0.0.1:1", kafka.bootstrapServers(), "topic", CaptureSettings.Spool.in(scratch));
            TopicPlace place = new TopicPlace("topic", "id", 0);
            assertThatThrownBy(() -> TransactionalLog.open(settings, place, "one", Duration.ofSeconds(21)))
                    .isExactlyInstanceOf(KafkaException.class);
            TransactionalLog.open(settings, place, "one", Duration.ofSeconds(20))
                    .close();
        }
    }

    private static List<Request.Operation> puts(int run) {
        return IntStream.range(0, KEYS_A_RUN)
                .<Request.Operation>mapToObj(
                        i -> new Request.Put(bytes("many/with/a/rather/long/name/" + run + "/" + i), new byte[0], 0))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
