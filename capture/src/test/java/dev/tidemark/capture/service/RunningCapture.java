package dev.tidemark.capture.service;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.Eventually;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A capture on a thread of its own. */
public final class RunningCapture implements AutoCloseable {
    private final Capture capture;
    private final CompletableFuture<Void> ended;

    public RunningCapture(CaptureSettings settings, ObjectStore store) {
        this(settings, store, EtcdClient::open);
    }

    /** One whose connections to the source are made by the test. */
    public RunningCapture(CaptureSettings settings, ObjectStore store, Function<EtcdSettings, EtcdClient> connector) {
        this(settings, store, connector, Capture.HANDOVER);
    }

    /** One that gives a captor before it another time to write what only that one still has. */
    public RunningCapture(CaptureSettings settings, ObjectStore store, Duration handover) {
        this(settings, store, EtcdClient::open, handover);
    }

    private RunningCapture(
            CaptureSettings settings,
            ObjectStore store,
            Function<EtcdSettings, EtcdClient> connector,
            Duration handover) {
        capture = new Capture(
                settings,
                new ClusterArchive(store, settings.cluster()),
                connector,
                new Capture.Clocks(InstantSource.system(), System::nanoTime),
                () -> UlidCreator.getMonotonicUlid().toString(),
                handover);
        ended = CompletableFuture.runAsync(capture::run, runnable -> new Thread(runnable, "capture").start());
    }

    /** Waits until the topic holds everything up to a revision. */
    public void await(long revision) {
        Eventually.eventually(Duration.ofMinutes(2), () -> {
            if (ended.isDone()) {
                ended.join();
            }
            if (capture.lastCommitted() < revision) {
                throw new AssertionError("captured up to " + capture.lastCommitted() + ", not yet " + revision);
            }
        });
    }

    public long lastCommitted() {
        return capture.lastCommitted();
    }

    public CaptureStatus status() {
        return capture.status();
    }

    public boolean hasEnded() {
        return ended.isDone();
    }

    /** What the source gives it no right to do. */
    public Optional<String> missingRights() {
        return capture.missingRights();
    }

    /** Waits until it ends by itself, and gives the error that ended it. */
    public Throwable error() throws Exception {
        return ended.handle((done, error) -> error).get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        capture.close();
        ended.handle((done, error) -> null).join();
    }
}
