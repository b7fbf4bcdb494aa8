package dev.tidemark.cli;

import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.HashKvAnswer;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.MinioServer;
import dev.tidemark.sandbox.faults.S3Chaos;
import dev.tidemark.sandbox.faults.S3Plan;
import dev.tidemark.sandbox.workload.Oracle;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Workload;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;

/** A whole installation on real servers: a source with its workload, Kafka, a store, and the two services. */
final class PipelineHarness implements AutoCloseable {
    private static final String BUCKET = "tidemark";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final EtcdVersion version;
    private final Path directory;
    private final Path settingsFile;
    private final Map<String, String> ofServices;
    private final EtcdServer etcd;
    private final Workload workload;
    private final KafkaServer kafka;
    private final ServiceProcess capture;
    private final ServiceProcess compactor;
    private final S3Chaos wayToStore;
    private final Wiring wiring;
    private final ObjectStore store;

    private PipelineHarness(
            EtcdVersion version, Path directory, S3Plan chaos, Duration interval, Map<String, String> more)
            throws IOException {
        this.version = version;
        this.directory = directory;
        this.settingsFile = directory.resolve("tidemark.properties");
        try {
            etcd = opening(EtcdServer.launch(version));
            workload = opening(Workload.on(etcd.endpoint()));
            kafka = opening(KafkaServer.launch());
            MinioServer minio = opening(MinioServer.launch().withBucket(BUCKET));
            wayToStore = opening(S3Chaos.before(URI.create(minio.endpoint()).getPort(), chaos));
            ofServices = new HashMap<>(settings(kafka, minio, wayToStore.endpoint(), interval));
            set(more);
            Map<String, String> own = new HashMap<>(settings(kafka, minio, minio.endpoint(), interval));
            own.putAll(more);
            wiring = new Wiring(Settings.of(own));
            store = opening(wiring.store());
            capture = opening(new ServiceProcess("capture", settingsFile));
            compactor = opening(new ServiceProcess("compact", settingsFile));
        } catch (RuntimeException | IOException e) {
            close();
            throw e;
        }
    }

    /** Starts the servers; the services are not running yet. */
    static PipelineHarness start(EtcdVersion version, Path directory) throws IOException {
        return start(version, directory, Map.of());
    }

    /** The same with more settings. */
    static PipelineHarness start(EtcdVersion version, Path directory, Map<String, String> more) throws IOException {
        return new PipelineHarness(version, directory, S3Plan.CALM, Duration.ofSeconds(2), more);
    }

    /** The same with a bad way to the store for the services and the verbs; this harness itself looks past it. */
    static PipelineHarness startInChaos(EtcdVersion version, Path directory, S3Plan chaos, Duration interval)
            throws IOException {
        return new PipelineHarness(version, directory, chaos, interval, Map.of());
    }

    private <T extends AutoCloseable> T opening(T resource) {
        opened.push(resource);
        return resource;
    }

    private Map<String, String> settings(KafkaServer kafka, MinioServer minio, String endpoint, Duration interval) {
        return Map.ofEntries(
                Map.entry("cluster.name", "pipeline"),
                Map.entry("etcd.endpoints", etcd.endpoint()),
                Map.entry("kafka.bootstrap.servers", kafka.bootstrapServers()),
                Map.entry("topic.partitions", "4"),
                Map.entry("topic.replication.factor", "1"),
                Map.entry("archive.uri", "s3://" + BUCKET + "/archive"),
                Map.entry("archive.s3.endpoint", endpoint),
                Map.entry("archive.s3.access.key", minio.accessKey()),
                Map.entry("archive.s3.secret.key", minio.secretKey()),
                Map.entry("checkpoint.interval", interval.toSeconds() + "s"),
                Map.entry("spool.dir", directory.toString()));
    }

    /** Changes settings of the services and verbs; services that run have read theirs. */
    void set(Map<String, String> more) throws IOException {
        ofServices.putAll(more);
        Properties properties = new Properties();
        properties.putAll(ofServices);
        try (Writer out = Files.newBufferedWriter(settingsFile)) {
            properties.store(out, null);
        }
    }

    /** Writes as planned, while something else happens after {@code delay}; returns when both are done. */
    void write(Plan plan, Duration delay, Runnable meanwhile) {
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> workload.run(plan));
        try {
            sleep(delay);
            if (writing.isDone()) {
                throw new AssertionError("the workload was over before its middle: " + plan);
            }
            meanwhile.run();
        } finally {
            writing.join();
        }
    }

    /** Kills a service as a power cut would, and starts it again after a moment. */
    static void killAndRestart(ServiceProcess service) {
        service.kill();
        sleep(Duration.ofMillis(500));
        service.start();
    }

    /** Waits until a revision can be restored, from the archive or from the topic. */
    void awaitCaptured(long revision) {
        await("capture of " + revision, () -> {
            capture.requireAlive();
            return new Restorer(sources()).plan(Target.latest()).revision() >= revision;
        });
    }

    /** Waits until a revision is in the archive. */
    void awaitArchived(long revision) {
        await("revision " + revision + " in the archive", () -> {
            capture.requireAlive();
            compactor.requireAlive();
            return newest().flatMap(generation -> generation.head(0))
                    .filter(head -> head.getLast() >= revision)
                    .isPresent();
        });
    }

    private void await(String what, Condition condition) {
        Eventually.eventually(PATIENCE, () -> {
            if (!condition.holds()) {
                throw new AssertionError("waited " + PATIENCE + " in vain for " + what);
            }
        });
    }

    /** Waits until the archive can restore anything at all. */
    void awaitBase() {
        await("a base", () -> {
            capture.requireAlive();
            compactor.requireAlive();
            return newest().filter(generation -> !generation.bases().isEmpty()).isPresent();
        });
    }

    /** Something to wait for. */
    private interface Condition {
        boolean holds();
    }

    /** What the source answers to HashKV; empty if it has compacted the revision away. */
    Optional<HashKvAnswer> hashOfSource(long revision) {
        try {
            return Optional.of(hashOf(etcd.endpoint(), revision));
        } catch (EtcdException.Compacted gone) {
            return Optional.empty();
        }
    }

    /** What an etcd answers to HashKV at an explicit revision. */
    static HashKvAnswer hashOf(String endpoint, long revision) {
        try (EtcdClient client = EtcdClient.open(EtcdSettings.of(endpoint))) {
            return client.hashKv(revision);
        }
    }

    /** The newest generation in the archive, as it stands now. */
    Optional<GenerationCatalog> newest() {
        return wiring.archive(store).catalog().newest();
    }

    Sources sources() {
        return wiring.sources(store, Clock.systemUTC());
    }

    EtcdVersion version() {
        return version;
    }

    Workload workload() {
        return workload;
    }

    Oracle oracle() {
        return workload.oracle();
    }

    ServiceProcess capture() {
        return capture;
    }

    ServiceProcess compactor() {
        return compactor;
    }

    S3Chaos wayToStore() {
        return wayToStore;
    }

    /** The store itself, without the way that the services take. */
    ObjectStore store() {
        return store;
    }

    Path settingsFile() {
        return settingsFile;
    }

    KafkaServer kafka() {
        return kafka;
    }

    /** What the services have said, for a failure's report. */
    String logs() {
        return "--- capture\n" + capture.log() + "--- compactor\n" + compactor.log();
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        Throwable failed = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw new AssertionError("not everything could be ended", failed);
        }
    }
}
