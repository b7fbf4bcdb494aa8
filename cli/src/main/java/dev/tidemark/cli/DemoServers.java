package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings.NewSource;
import dev.tidemark.capture.service.Capture;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.compactor.Compactor;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.MinioServer;
import dev.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/** The demo's installation: a source, a Kafka, a store, and Tidemark's two services on them. */
final class DemoServers implements AutoCloseable {
    private static final String BUCKET = "tidemark";

    private final EtcdServer etcd;
    private final KafkaServer kafka;
    private final MinioServer minio;
    private final Map<String, String> texts;
    private final Wiring wiring;
    private final AtomicReference<RuntimeException> problem = new AtomicReference<>();
    private ObjectStore store;
    private Compactor compactor;
    private Capture capture;
    private Thread capturing;

    private DemoServers(EtcdServer etcd, KafkaServer kafka, MinioServer minio, Path directory) {
        this.etcd = etcd;
        this.kafka = kafka;
        this.minio = minio;
        this.texts = settings(directory);
        this.wiring = new Wiring(Settings.of(texts));
    }

    /** Starts the three servers. */
    static DemoServers start(EtcdVersion version, Path directory) {
        EtcdServer etcd = EtcdServer.launch(version);
        try {
            KafkaServer kafka = KafkaServer.launch();
            try {
                return new DemoServers(etcd, kafka, MinioServer.launch().withBucket(BUCKET), directory);
            } catch (RuntimeException e) {
                kafka.close();
                throw e;
            }
        } catch (RuntimeException e) {
            etcd.close();
            throw e;
        }
    }

    private Map<String, String> settings(Path directory) {
        Map<String, String> texts = new TreeMap<>();
        texts.put("cluster.name", "demo");
        texts.put("etcd.endpoints", etcd.endpoint());
        texts.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        texts.put("topic.partitions", "4");
        texts.put("topic.replication.factor", "1");
        texts.put("archive.uri", "s3://" + BUCKET + "/archive");
        texts.put("archive.s3.endpoint", minio.endpoint());
        texts.put("archive.s3.access.key", minio.accessKey());
        texts.put("archive.s3.secret.key", minio.secretKey());
        texts.put("checkpoint.interval", "2s");
        texts.put("spool.dir", directory.toString());
        return texts;
    }

    /** Starts capture and compactor. */
    void startServices() {
        store = wiring.store();
        compactor = Compactor.start(wiring.compactor(), store);
        capture = new Capture(wiring.capture(NewSource.REFUSE), wiring.archive(store));
        capturing = new Thread(this::capture, "demo-capture");
        capturing.setDaemon(true);
        capturing.start();
    }

    private void capture() {
        try {
            capture.run();
        } catch (RuntimeException e) {
            problem.compareAndSet(null, e);
        }
    }

    /** Throws what a service has died of. */
    void requireHealthy() {
        TidemarkException failed = compactor.failure().getNow(null);
        if (failed != null) {
            throw failed;
        }
        if (problem.get() != null) {
            throw problem.get();
        }
    }

    EtcdServer etcd() {
        return etcd;
    }

    Wiring wiring() {
        return wiring;
    }

    ObjectStore store() {
        return store;
    }

    /** Writes the settings with which another terminal reaches all of it. */
    void describe(Path file) {
        StringBuilder lines = new StringBuilder();
        texts.forEach((key, text) -> lines.append(key).append('=').append(text).append('\n'));
        try {
            Files.writeString(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** The servers and where they listen. */
    String addresses() {
        return "etcd:  " + etcd.endpoint() + "\nkafka: " + kafka.bootstrapServers() + "\nminio: " + minio.endpoint();
    }

    @Override
    public void close() {
        if (capture != null) {
            capture.close();
            join(capturing);
            compactor.close();
        }
        if (store != null) {
            store.close();
        }
        minio.close();
        kafka.close();
        etcd.close();
    }

    private static void join(Thread thread) {
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
