package dev.tidemark.capture;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A capture in a JVM of its own, so that kill -9 is real. */
final class CaptureProcess implements AutoCloseable {
    private final Process process;

    private CaptureProcess(Process process) {
        this.process = process;
    }

    /** Arguments: endpoint, bootstrap servers, topic, spool, archive. */
    public static void main(String[] arguments) {
        CaptureSettings settings = CapturePlace.settings(
                arguments[0],
                arguments[1],
                arguments[2],
                new CaptureSettings.Spool(Path.of(arguments[3]), 1 << 20, 1L << 30));
        ArchiveSettings archive =
                ArchiveSettings.inDirectory(Path.of(arguments[4]).toUri()).creating();
        try (ObjectStore store = ObjectStores.open(archive)) {
            new Capture(settings, new ClusterArchive(store, "prod")).run();
        }
    }

    static CaptureProcess start(String endpoint, String bootstrapServers, String topic, Path scratch) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                CaptureProcess.class.getName(),
                endpoint,
                bootstrapServers,
                topic,
                scratch.resolve("spool").toString(),
                scratch.resolve("archive").toString()));
        try {
            return new CaptureProcess(new ProcessBuilder(words).inheritIO().start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when it is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
