package dev.tidemark.bench;

import dev.tidemark.compactor.PartitionHealth;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How many bytes are kept for each byte of keys and values that is written: by Tidemark (capture, a broker, the compactor),
 * by etcdbrctl, and by full snapshots now and then, all of the same etcd at the same time. An hour is written in two
 * minutes: a second stands for {@value #FASTER}, and every interval of all of them is shorter by as much. Arguments: a
 * directory, and perhaps for how many seconds is written (130).
 */
public final class BytesBenchmark {
    private static final int FASTER = 30;
    private static final int SECONDS = 130;
    /** Once so many seconds were written, an hour of checkpoints is complete. */
    private static final int SECONDS_OF_AN_HOUR = 125;

    private static final int REVISIONS_PER_SECOND = 1_000;

    /** For 30 s, Tidemark's default; etcdbrctl's is 20 s, but a second is the least that it takes. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** For five minutes, as an API server does. */
    private static final Duration COMPACTION = Duration.ofSeconds(10);

    /** For ten minutes. */
    private static final int SNAPSHOT_SECONDS = 20;

    /** For hourly, its default. */
    private static final String FULL_SCHEDULE = "*/2 * * * *";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ValueShape shape;
    private final Path directory;
    private final int seconds;

    private BytesBenchmark(ValueShape shape, Path directory, int seconds) {
        this.shape = shape;
        this.directory = directory;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException, TimeoutException {
        Path directory = Path.of(arguments.length > 0 ? arguments[0] : "target/bytes-benchmark");
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : SECONDS;
        if (EtcdBrctl.executable().isEmpty()) {
            System.out.println("There is no etcdbrctl on the PATH, and ETCDBRCTL names none: its rows are missing.");
        }
        for (ValueShape shape : ValueShape.values()) {
            Path own = Files.createDirectories(directory.resolve(shape.name().toLowerCase(Locale.ROOT)));
            new BytesBenchmark(shape, own, seconds).run();
            Scratch.delete(own);
        }
    }

    private void run() throws IOException, InterruptedException, TimeoutException {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, "--quota-backend-bytes=8589934592");
                KafkaServer kafka = KafkaServer.launchForLoadIn(directory.resolve("kafka"));
                PacedLoad load = new PacedLoad(etcd, shape)) {
            long before = load.fill();
            try (CaptureChild capture =
                    CaptureChild.start(etcd, kafka, directory, Neighbourhood.BESIDE, List.of(), INTERVAL)) {
                capture.awaitBase(PATIENCE);
                captured(etcd, kafka, load, before);
            }
        }
    }

    private void captured(EtcdServer etcd, KafkaServer kafka, PacedLoad load, long before)
            throws IOException, InterruptedException, TimeoutException {
        Optional<EtcdBrctl> peer = peer(etcd);
        try (CompactorChild compactor = CompactorChild.start(
                new CompactorChild.Work(kafka.bootstrapServers(), CaptureChild.TOPIC, directory, INTERVAL),
                List.of())) {
            compactor.await(standing -> standing.phase() == PartitionHealth.Phase.FOLDING, PATIENCE);
            if (peer.isPresent()) {
                peer.get().await(1, PATIENCE);
            }
            long first = load.revision();
            List<Path> snapshots = write(etcd, load);
            long last = load.end();
            compactor.await(standing -> standing.committed() >= last, PATIENCE);
            awaitHour();
            if (peer.isPresent()) {
                peer.get().await(last, PATIENCE);
            }
            requireAll(load, last - first);
            head(load, before);
            BytesTable table = BytesTable.begin(load.bytes());
            table.tidemark(ArchiveBytes.of(directory.resolve(CaptureChild.ARCHIVE)));
            table.row("Kafka, until its retention ends", 1, Scratch.bytes(topic(), ".log"));
            if (peer.isPresent()) {
                table.peer(peer.get().snapshots());
            }
            table.cron(snapshots);
        } finally {
            peer.ifPresent(EtcdBrctl::close);
        }
    }

    private Optional<EtcdBrctl> peer(EtcdServer etcd) throws IOException {
        Optional<Path> executable = EtcdBrctl.executable();
        if (executable.isEmpty()) {
            return Optional.empty();
        }
        Path own = Files.createDirectories(directory.resolve("etcdbrctl"));
        return Optional.of(EtcdBrctl.start(executable.get(), etcd, own, INTERVAL, FULL_SCHEDULE));
    }

    /** Writes, and saves a snapshot each time that one is due. */
    private List<Path> write(EtcdServer etcd, PacedLoad load) throws InterruptedException {
        List<Path> snapshots = new ArrayList<>();
        long began = System.nanoTime();
        load.begin(new PacedLoad.Pace(REVISIONS_PER_SECOND, COMPACTION));
        for (int at = SNAPSHOT_SECONDS; at <= seconds; at += SNAPSHOT_SECONDS) {
            sleepUntil(began, at);
            Path snapshot = directory.resolve("snapshot-" + at);
            etcd.etcdctl("snapshot", "save", snapshot.toAbsolutePath().toString());
            snapshots.add(snapshot);
        }
        sleepUntil(began, seconds);
        return snapshots;
    }

    private static void sleepUntil(long began, int seconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(began + TimeUnit.SECONDS.toNanos(seconds) - System.nanoTime());
    }

    /** The last level's and the base's turn comes after the checkpoint. */
    private void awaitHour() throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (seconds >= SECONDS_OF_AN_HOUR && !ArchiveBytes.hasHour(directory.resolve(CaptureChild.ARCHIVE))) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("no base was worked out of the checkpoints");
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    /** What was counted is to be what was captured. */
    private static void requireAll(PacedLoad load, long made) {
        if (load.revisions() != made) {
            throw new IllegalStateException(load.revisions() + " revisions were counted, and etcd has made " + made);
        }
    }

    private Path topic() {
        return directory.resolve("kafka").resolve("data").resolve(CaptureChild.TOPIC + "-0");
    }

    private void head(PacedLoad load, long before) {
        System.out.printf(
                "%n%s: %,d revisions of %.1f MB in %d s, which stand for %d minutes; before them %,d keys of %.1f MB%n",
                shape.words(),
                load.revisions(),
                load.bytes() / 1e6,
                seconds,
                seconds * FASTER / 60,
                KubernetesLoad.KEYS,
                before / 1e6);
    }
}
