package dev.tidemark.bench;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.service.Capture;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.KafkaServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A capture in a JVM of its own, with the small heap that is promised, which tells how far the topic has come. */
final class CaptureChild implements AutoCloseable {
    /** The cluster's name, and the installation's. */
    static final String CLUSTER = "bench";

    static final String TOPIC = "bench.revisions";

    /** Where the archive is in the directory. */
    static final String ARCHIVE = "archive";

    private static final String HEAP = "-Xmx128m";
    private static final long TELL_MILLIS = 5;
    private static final String BASE = "base";

    private final Process process;
    private final NavigableMap<Long, Long> committedAt = new ConcurrentSkipListMap<>();
    private volatile long committed;
    private volatile boolean base;

    private CaptureChild(Process process) {
        this.process = process;
        Thread listening = new Thread(this::listen, "capture-child");
        listening.setDaemon(true);
        listening.start();
    }

    /** Arguments: etcd's endpoint, Kafka's bootstrap servers, a directory for spool and archive, the checkpoint interval. */
    public static void main(String[] arguments) {
        ChildJvm.endWithTheParent();
        Path directory = Path.of(arguments[2]);
        CaptureSettings settings = new CaptureSettings(
                CLUSTER,
                List.of(EtcdSettings.of(arguments[0])),
                new CaptureSettings.Topic(TOPIC, 0, 1, (short) 1),
                CLUSTER,
                Map.of("bootstrap.servers", arguments[1]),
                Duration.parse(arguments[3]),
                CaptureSettings.Spool.in(directory.resolve("spool")),
                CaptureSettings.NewSource.REFUSE);
        ArchiveSettings archive =
                ArchiveSettings.inDirectory(directory.resolve(ARCHIVE).toUri()).creating();
        try (ObjectStore store = ObjectStores.open(archive);
                Capture capture = new Capture(settings, new ClusterArchive(store, CLUSTER))) {
            Thread telling = new Thread(() -> tell(capture), "tell");
            telling.setDaemon(true);
            telling.start();
            capture.run();
        }
    }

    private static void tell(Capture capture) {
        long told = -1;
        boolean base = false;
        while (true) {
            if (!base && capture.status().base() == CaptureStatus.Base.READY) {
                base = true;
                System.out.println(BASE);
            }
            long now = capture.lastCommitted();
            if (now != told) {
                told = now;
                System.out.println("committed " + now);
            }
            try {
                Thread.sleep(TELL_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    static CaptureChild start(
            EtcdServer etcd, KafkaServer kafka, Path directory, Neighbourhood neighbourhood, List<String> options) {
        return start(etcd, kafka, directory, neighbourhood, options, Duration.ofSeconds(30));
    }

    /** The same with another checkpoint interval, which is what time in the topic depends on. */
    static CaptureChild start(
            EtcdServer etcd,
            KafkaServer kafka,
            Path directory,
            Neighbourhood neighbourhood,
            List<String> options,
            Duration checkpointInterval) {
        return new CaptureChild(ChildJvm.start(
                neighbourhood.launcher(),
                Stream.concat(options.stream(), Stream.of(HEAP)).toList(),
                CaptureChild.class,
                List.of(
                        etcd.endpoint(),
                        kafka.bootstrapServers(),
                        directory.toString(),
                        checkpointInterval.toString())));
    }

    /** Waits until the topic holds everything up to a revision. */
    void await(long revision, Duration patience) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (committed < revision) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new TimeoutException("captured up to " + committed + " of " + revision
                        + (process.isAlive() ? "" : ", ended with " + process.exitValue()));
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Waits until the base is announced. */
    void awaitBase(Duration patience) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!base) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("no base");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    ProcessUse use() throws IOException {
        return ProcessUse.of(process.pid());
    }

    /** How long each put took from its answer into the topic, in nanoseconds; those that are not there yet are left out. */
    List<Long> lags(List<PutProbe.Put> puts) {
        return puts.stream()
                .filter(put -> put.revision() <= committed)
                .map(put -> Math.max(0, committedAt.ceilingEntry(put.revision()).getValue() - put.answeredAt()))
                .toList();
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(BASE)) {
                    base = true;
                } else if (line.startsWith("committed ")) {
                    long now = Long.parseLong(line.substring("committed ".length()));
                    committedAt.put(now, System.nanoTime());
                    committed = now;
                }
            }
        } catch (IOException e) {
            // it was ended; nothing follows
            return;
        }
    }

    /** Ends it in order. */
    @Override
    public void close() {
        ChildJvm.end(process);
    }
}
