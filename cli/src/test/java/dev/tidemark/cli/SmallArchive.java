package dev.tidemark.cli;

import static dev.tidemark.sandbox.Eventually.until;

import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings.NewSource;
import dev.tidemark.capture.service.Capture;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.compactor.Compactor;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.sandbox.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An archive in a directory, as real servers and the services left it: a base, checkpoints, users, leases. The servers
 * are gone once it stands.
 *
 * @param directory where it is
 * @param earliest its first restorable revision
 * @param latest the last revision in it
 * @param deleted the revision that deleted {@link #KEY}
 */
record SmallArchive(Path directory, long earliest, long latest, long deleted) {
    static final String CLUSTER = "small";
    static final String KEY = "/registry/pods/lost";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int HALF = 300;

    /** The one that all tests of this process share; who damages it works on a copy. */
    static SmallArchive shared() {
        return Shared.ARCHIVE;
    }

    /** Built when it is first asked for. */
    private static final class Shared {
        static final SmallArchive ARCHIVE = build(fresh());

        private static Path fresh() {
            try {
                return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "small-archive-");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Builds one with a real etcd, Kafka, capture and compactor. */
    static SmallArchive build(Path directory) {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                KafkaServer kafka = KafkaServer.launch();
                Workload workload = Workload.on(etcd.endpoint())) {
            Path archive = directory.resolve("archive");
            etcd.etcdctl("user", "add", "root:unheard-of");
            puts(workload, 0);
            long compacted = puts(workload, HALF / 2);
            workload.compact(compacted);
            workload.write(put("/last/before/capture", 0));
            Wiring wiring = wiring(etcd, kafka, directory, archive);
            return captured(wiring, workload, archive, compacted);
        }
    }

    private static SmallArchive captured(Wiring wiring, Workload workload, Path archive, long earliest) {
        try (ObjectStore store = wiring.store();
                Compactor compactor = Compactor.start(wiring.compactor(), store);
                Capture capture = new Capture(wiring.capture(NewSource.REFUSE), wiring.archive(store))) {
            Thread capturing = new Thread(capture::run, "small-archive-capture");
            capturing.setDaemon(true);
            capturing.start();
            awaitBase(wiring, store, compactor);
            long lease = workload.grant(Duration.ofHours(1));
            workload.write(put(KEY, lease));
            puts(workload, HALF);
            long deleted = workload.write(Request.DeleteRange.key(bytes(KEY)));
            awaitArchived(wiring, store, compactor, deleted);
            long latest = puts(workload, 2 * HALF);
            awaitArchived(wiring, store, compactor, latest);
            return new SmallArchive(archive, earliest, latest, deleted);
        }
    }

    private static Wiring wiring(EtcdServer etcd, KafkaServer kafka, Path directory, Path archive) {
        return new Wiring(Settings.of(Map.of(
                "cluster.name",
                CLUSTER,
                "etcd.endpoints",
                etcd.endpoint(),
                "kafka.bootstrap.servers",
                kafka.bootstrapServers(),
                "topic.partitions",
                "1",
                "topic.replication.factor",
                "1",
                "archive.uri",
                archive.toUri().toString(),
                "checkpoint.interval",
                "1s",
                "spool.dir",
                directory.resolve("spool").toString())));
    }

    /** Without it the writes that follow might be in the base too, and no checkpoint would ever come. */
    private static void awaitBase(Wiring wiring, ObjectStore store, Compactor compactor) {
        until(
                PATIENCE,
                () -> newest(wiring, store, compactor)
                        .map(generation -> generation.bases().size())
                        .orElse(0),
                bases -> bases > 0);
    }

    private static void awaitArchived(Wiring wiring, ObjectStore store, Compactor compactor, long revision) {
        until(
                PATIENCE,
                () -> newest(wiring, store, compactor)
                        .flatMap(generation -> generation.head(0))
                        .map(head -> head.getLast())
                        .orElse(0L),
                last -> last >= revision);
    }

    private static Optional<GenerationCatalog> newest(Wiring wiring, ObjectStore store, Compactor compactor) {
        if (compactor.failure().isDone()) {
            throw compactor.failure().join();
        }
        return wiring.archive(store).catalog().newest();
    }

    private static long puts(Workload workload, int from) {
        long last = 0;
        for (int i = from; i < from + HALF; i++) {
            last = workload.write(put("/registry/pods/pod-" + i % (HALF / 2), 0));
        }
        return last;
    }

    private static Request put(String key, long lease) {
        return new Request.Put(bytes(key), bytes("value of " + key), lease);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A copy that a test may damage. */
    SmallArchive copyTo(Path target) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(directory.relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SmallArchive(target, earliest, latest, deleted);
    }

    /** Names of all objects, in order. */
    List<String> objects() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .filter(name -> !name.startsWith(".tmp"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A run of the command on this archive, without a topic. */
    Invocation run(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--set=cluster.name=" + CLUSTER);
        all.add("--set=archive.uri=" + directory.toUri());
        return Invocation.of(all.toArray(String[]::new));
    }
}
