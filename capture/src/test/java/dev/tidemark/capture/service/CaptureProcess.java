package dev.tidemark.capture.service;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A capture in a JVM of its own, so that kill -9 and SIGSTOP are real. */
public final class CaptureProcess implements AutoCloseable {
    private final Process process;
    private final Path log;

    private CaptureProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
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
        } catch (TidemarkException e) {
            System.err.println(e.getMessage());
            System.exit(e.failure().exitCode());
        }
    }

    public static CaptureProcess start(String endpoint, String bootstrapServers, String topic, Path scratch) {
        return start("spool", endpoint, bootstrapServers, topic, scratch);
    }

    /** Starts one of several captors; their archive is the same. */
    public static CaptureProcess start(
            String spool, String endpoint, String bootstrapServers, String topic, Path scratch) {
        return start("-Xmx256m", spool, endpoint, bootstrapServers, topic, scratch);
    }

    /** Starts one with a heap of its own. */
    public static CaptureProcess start(
            String heap, String spool, String endpoint, String bootstrapServers, String topic, Path scratch) {
        List<String> words = command(CaptureProcess.class, heap, spool, endpoint, bootstrapServers, topic, scratch);
        Path log = scratch.resolve(spool + ".log");
        try {
            return new CaptureProcess(
                    new ProcessBuilder(words)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start(),
                    log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The words that start a capture with this main class. */
    static List<String> command(
            Class<?> main,
            String heap,
            String spool,
            String endpoint,
            String bootstrapServers,
            String topic,
            Path scratch) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                heap,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                endpoint,
                bootstrapServers,
                topic,
                scratch.resolve(spool).toString(),
                scratch.resolve("archive").toString());
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has written, over all its lives. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal by its name without SIG. */
    public void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** Waits until it ends by itself. */
    public int exitCode(Duration patience) throws Exception {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still runs:\n" + log());
        }
        return process.exitValue();
    }

    /** SIGKILL; returns when it is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
