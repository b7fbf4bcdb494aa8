package dev.tidemark.bench;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.Load;
import dev.tidemark.sandbox.LoadGenerator;
import dev.tidemark.sandbox.LoadResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What capture costs its source, and how fast it catches up: real etcd and Kafka on this machine, capture in a JVM with
 * {@code -Xmx128m}. Arguments: a directory, and perhaps how many revisions are to be caught up (1,000,000). Further ones are
 * options for the JVM that catches up, and then nothing else is measured.
 */
public final class CaptureBenchmark {
    private static final EtcdVersion VERSION = EtcdVersion.V3_6;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String ROOM = "--quota-backend-bytes=8589934592";
    private static final int ROUNDS = 2;
    private static final int PUTS = 300_000;

    private static final ProcessUse NOBODY = new ProcessUse(0, 0);

    private CaptureBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException, TimeoutException {
        Path directory = Path.of(arguments.length > 0 ? arguments[0] : "target/capture-benchmark");
        Files.createDirectories(directory);
        int backlog = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        System.out.printf("%ncatching up %,d revisions of 256 B%n", backlog);
        System.out.println(
                "| capture and broker | revisions/s, start of the JVM included | put p99 idle ms | put p99 ms"
                        + " | ratio | capture peak MB | etcd peak MB | capture CPU s |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        List<String> options = List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
        for (Neighbourhood neighbourhood : Neighbourhood.values()) {
            catchUp(neighbourhood, directory, backlog, options);
        }
        if (!options.isEmpty()) {
            return;
        }
        try (KafkaServer kafka = KafkaServer.launchForLoad()) {
            impact(kafka, directory.resolve("impact"));
        }
    }

    private static void catchUp(Neighbourhood neighbourhood, Path beside, int backlog, List<String> options)
            throws IOException, InterruptedException, TimeoutException {
        Path directory = neighbourhood.directory(beside);
        try (EtcdServer etcd = EtcdServer.launch(VERSION, ROOM);
                KafkaServer kafka = KafkaServer.launchForLoadIn(directory.resolve("kafka"))) {
            neighbourhood.move(kafka.pid());
            beKubernetes(etcd);
            try (CaptureChild capture = CaptureChild.start(etcd, kafka, directory, neighbourhood, List.of())) {
                capture.await(write(etcd), PATIENCE);
                // else the base would be taken beside what is to be measured
                capture.awaitBase(PATIENCE);
            }
            LoadGenerator.local().put(etcd, Load.of(backlog).withValueBytes(256));
            double idle = idlePut(etcd);
            long target = write(etcd);
            try (PutProbe probe = PutProbe.on(etcd.endpoint())) {
                long begun = System.nanoTime();
                try (CaptureChild capture = CaptureChild.start(etcd, kafka, directory, neighbourhood, options)) {
                    capture.await(target, PATIENCE);
                    double seconds = (System.nanoTime() - begun) / 1e9;
                    ProcessUse use = capture.use();
                    double busy = probe.percentileMillis(99);
                    System.out.printf(
                            "| %s | %,.0f | %.1f | %.1f | %.2f | %d | %d | %.1f |%n",
                            neighbourhood.title(),
                            backlog / seconds,
                            idle,
                            busy,
                            busy / idle,
                            use.peakBytes() / 1_000_000,
                            ProcessUse.of(etcd.pid()).peakBytes() / 1_000_000,
                            use.cpuSeconds());
                }
            }
        } finally {
            Scratch.delete(directory);
        }
    }

    private static double idlePut(EtcdServer etcd) throws InterruptedException {
        try (PutProbe probe = PutProbe.on(etcd.endpoint())) {
            TimeUnit.SECONDS.sleep(10);
            return probe.percentileMillis(99);
        }
    }

    /** In turn with nothing attached, a plain watcher, and capture, each on a fresh etcd. */
    private static void impact(KafkaServer kafka, Path directory)
            throws IOException, InterruptedException, TimeoutException {
        System.out.printf("%n%,d puts by 200 clients, values of 1.65 kB%n", PUTS);
        System.out.println(
                "| round | attached | writes/s | p50 ms | p99 ms | peak MB | CPU s of it, etcd, its broker |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (int round = 1; round <= ROUNDS; round++) {
            try (EtcdServer etcd = EtcdServer.launch(VERSION, ROOM)) {
                row(round, "nothing", load(etcd).result(), NOBODY, ProcessUse.of(etcd.pid()), NOBODY);
            }
            try (EtcdServer etcd = EtcdServer.launch(VERSION, ROOM)) {
                Process watcher = watcher(etcd);
                try {
                    LoadResult result = load(etcd).result();
                    row(
                            round,
                            "etcdctl watch",
                            result,
                            ProcessUse.of(watcher.pid()),
                            ProcessUse.of(etcd.pid()),
                            NOBODY);
                } finally {
                    watcher.destroy();
                }
            }
            captured(round, directory.resolve(Integer.toString(round)));
        }
        System.out.println(
                "Kafka " + kafka.bootstrapServers() + " ran beside all of them, idle but for capture's rounds.");
    }

    private static void captured(int round, Path directory) throws IOException, InterruptedException, TimeoutException {
        try (EtcdServer etcd = EtcdServer.launch(VERSION, ROOM);
                KafkaServer fresh = KafkaServer.launchForLoad();
                CaptureChild capture = CaptureChild.start(etcd, fresh, directory, Neighbourhood.BESIDE, List.of())) {
            capture.await(write(etcd), PATIENCE);
            ProcessUse own = capture.use();
            ProcessUse broker = ProcessUse.of(fresh.pid());
            Loaded loaded = load(etcd);
            capture.await(write(etcd), PATIENCE);
            List<Long> lags = capture.lags(loaded.probes());
            row(
                    round,
                    "capture",
                    loaded.result(),
                    capture.use().since(own),
                    ProcessUse.of(etcd.pid()),
                    ProcessUse.of(fresh.pid()).since(broker));
            System.out.printf(
                    "lag from a put's answer to the topic, %d probes: p50 %.0f ms, p99 %.0f ms%n",
                    lags.size(), PutProbe.percentileMillis(50, lags), PutProbe.percentileMillis(99, lags));
        }
    }

    private static void row(
            int round, String attached, LoadResult result, ProcessUse own, ProcessUse etcd, ProcessUse broker) {
        System.out.printf(
                "| %d | %s | %,.0f | %.1f | %.1f | %d | %.1f, %.1f, %.1f |%n",
                round,
                attached,
                result.requestsPerSecond(),
                result.p50().toNanos() / 1e6,
                result.p99().toNanos() / 1e6,
                own.peakBytes() / 1_000_000,
                own.cpuSeconds(),
                etcd.cpuSeconds(),
                broker.cpuSeconds());
    }

    /**
     * The load, and single puts beside it.
     *
     * @param probes one every few milliseconds
     */
    private record Loaded(LoadResult result, List<PutProbe.Put> probes) {}

    private static Loaded load(EtcdServer etcd) {
        try (PutProbe probe = PutProbe.on(etcd.endpoint())) {
            LoadResult result = LoadGenerator.local().put(etcd, Load.of(PUTS));
            return new Loaded(result, probe.puts());
        }
    }

    private static Process watcher(EtcdServer etcd) throws IOException, InterruptedException {
        List<String> words = List.of(
                etcd.tools().located().executable("etcdctl").toString(),
                "--endpoints=" + etcd.endpoint(),
                "watch",
                "",
                "--prefix");
        Process watcher = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        TimeUnit.SECONDS.sleep(1);
        return watcher;
    }

    /** Its API server's key says that five minutes of history are kept: then snapshots need not be hurried. */
    private static void beKubernetes(EtcdServer etcd) {
        try (EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            client.put("compact_rev_key".getBytes(StandardCharsets.UTF_8), "1".getBytes(StandardCharsets.UTF_8));
        }
    }

    private static long write(EtcdServer etcd) {
        try (EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            return client.put(new byte[] {'x'}, new byte[0]);
        }
    }
}
