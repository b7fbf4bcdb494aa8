package dev.tidemark.bench;

import dev.tidemark.compactor.PartitionHealth;
import dev.tidemark.sandbox.KafkaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * How fast the compactor folds, from a real broker's topic into an archive of files: values of 256 B, until the archive's
 * head is the topic's last revision. Once as a backlog that stands there when the compactor is started, once as one
 * transaction that becomes visible while it runs, so that all of it is delivered by Kafka Streams. Arguments: a directory,
 * and perhaps how many revisions (2,000,000). Further ones are options for the compactor's JVM, in which WAY stands for
 * {@code backlog} or {@code streams}; then each is done once.
 */
public final class FoldBenchmark {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int REVISIONS = 2_000_000;
    private static final int ROUNDS = 2;
    /** No option: the heap that the product runs with unless told otherwise, a quarter of the machine's memory. */
    private static final List<String> HEAPS = List.of("", "-Xmx256m");

    private final KafkaServer kafka;
    private final Path directory;
    private final int revisions;
    private int runs;

    private FoldBenchmark(KafkaServer kafka, Path directory, int revisions) {
        this.kafka = kafka;
        this.directory = directory;
        this.revisions = revisions;
    }

    public static void main(String[] arguments)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        Path directory = Path.of(arguments.length > 0 ? arguments[0] : "target/fold-benchmark");
        int revisions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : REVISIONS;
        List<String> options = List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
        try (KafkaServer kafka = KafkaServer.launchForLoadIn(directory.resolve("kafka"))) {
            System.out.printf("%nfolding %,d revisions of 256 B%n", revisions);
            System.out.println(
                    "| revisions | heap | revisions/s | MB/s | start s | revisions/s without the start | MB/s"
                            + " | compactor CPU s | broker CPU s | peak memory MB | peak heap MB | checkpoints | archive MB |");
            System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
            FoldBenchmark benchmark = new FoldBenchmark(kafka, directory, revisions);
            if (options.isEmpty()) {
                for (String heap : HEAPS) {
                    for (int round = 0; round < ROUNDS; round++) {
                        benchmark.both(heap.isEmpty() ? List.of() : List.of(heap));
                    }
                }
            } else {
                benchmark.both(options);
            }
        }
    }

    private void both(List<String> options)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        try (FoldTopic topic = topic()) {
            topic.write(revisions);
            backlog(topic, on("backlog", options));
        }
        try (FoldTopic topic = topic()) {
            throughStreams(topic, on("streams", options));
        }
    }

    private static List<String> on(String way, List<String> options) {
        return options.stream().map(option -> option.replace("WAY", way)).toList();
    }

    private FoldTopic topic() throws IOException, InterruptedException, ExecutionException {
        runs++;
        Path scratch = Files.createDirectories(directory.resolve("base-" + runs));
        return FoldTopic.create(kafka.bootstrapServers(), "fold-" + runs, revisions, scratch);
    }

    /** The topic is full, then the compactor is started. */
    private void backlog(FoldTopic topic, List<String> options)
            throws IOException, InterruptedException, TimeoutException {
        CompactorChild.Work work = work(topic);
        ProcessUse broker = broker();
        long begun = System.nanoTime();
        try (CompactorChild compactor = CompactorChild.start(work, options)) {
            compactor.await(standing -> standing.committed() == topic.last(), PATIENCE);
            Times times = new Times(begun, compactor.firstFoldedAt(), System.nanoTime());
            row("there at the start", options, topic, times, compactor.use(), broker().since(broker));
            rest(compactor.standing(), work);
        }
    }

    /** The compactor runs and waits, then revisions come. */
    private void throughStreams(FoldTopic topic, List<String> options)
            throws IOException, InterruptedException, TimeoutException {
        CompactorChild.Work work = work(topic);
        try (CompactorChild compactor = CompactorChild.start(work, options)) {
            compactor.await(standing -> standing.phase() == PartitionHealth.Phase.FOLDING, PATIENCE);
            topic.writeUnseen(revisions);
            ProcessUse before = compactor.use();
            ProcessUse broker = broker();
            long begun = System.nanoTime();
            topic.commit();
            compactor.await(standing -> standing.committed() == topic.last(), PATIENCE);
            Times times = new Times(begun, begun, System.nanoTime());
            row("delivered by Streams", options, topic, times, compactor.use().since(before), broker().since(broker));
            rest(compactor.standing(), work);
        }
    }

    private CompactorChild.Work work(FoldTopic topic) throws IOException {
        Path place = Files.createDirectories(directory.resolve("run-" + runs));
        FoldTopic.uploadBase(Files.createDirectories(place.resolve(CaptureChild.ARCHIVE)));
        return new CompactorChild.Work(kafka.bootstrapServers(), topic.name(), place, FoldTopic.CHECKPOINT_INTERVAL);
    }

    private ProcessUse broker() throws IOException {
        return ProcessUse.of(kafka.pid());
    }

    /**
     * A run's moments, by {@link System#nanoTime}.
     *
     * @param begun the compactor was started, or the revisions became visible
     * @param firstFolded the first revision had been read
     * @param ended the last revision was in the archive
     */
    private record Times(long begun, long firstFolded, long ended) {
        double total() {
            return (ended - begun) / 1e9;
        }

        double start() {
            return (firstFolded - begun) / 1e9;
        }

        double folding() {
            return (ended - firstFolded) / 1e9;
        }
    }

    private void row(
            String how, List<String> options, FoldTopic topic, Times times, ProcessUse compactor, ProcessUse broker) {
        System.out.printf(
                "| %s | %s | %,.0f | %.1f | %.1f | %,.0f | %.1f | %.1f | %.1f | %d",
                how,
                options.stream()
                        .filter(option -> option.startsWith("-Xmx"))
                        .findFirst()
                        .orElse("the JVM's own"),
                revisions / times.total(),
                topic.bytes() / 1e6 / times.total(),
                times.start(),
                revisions / times.folding(),
                topic.bytes() / 1e6 / times.folding(),
                compactor.cpuSeconds(),
                broker.cpuSeconds(),
                compactor.peakBytes() / 1_000_000);
    }

    /** Ends the row. */
    private static void rest(CompactorChild.Standing standing, CompactorChild.Work work) throws IOException {
        System.out.printf(
                " | %d | %d | %.1f |%n",
                standing.peakHeap() / 1_000_000,
                standing.checkpoints(),
                Scratch.bytes(work.directory().resolve(CaptureChild.ARCHIVE), "") / 1e6);
    }
}
