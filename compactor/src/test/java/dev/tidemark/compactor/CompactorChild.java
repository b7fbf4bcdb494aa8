package dev.tidemark.compactor;

import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A compactor in a JVM of its own, so that kill -9 and SIGSTOP are real; it ends with the JVM that started it. */
final class CompactorChild implements AutoCloseable {
    private final Process process;

    private CompactorChild(Process process) {
        this.process = process;
    }

    /**
     * How to start one.
     *
     * @param memory its heap, such as {@code 128m}
     * @param log where its output goes
     */
    record Plan(
            String bootstrap,
            String topic,
            String installation,
            String member,
            String endpoint,
            String accessKey,
            String secretKey,
            String uri,
            Duration interval,
            long bytes,
            Path spool,
            String memory,
            Path log) {
        Plan as(String otherInstallation, String otherMember, Duration otherInterval) {
            return new Plan(
                    bootstrap,
                    topic,
                    otherInstallation,
                    otherMember,
                    endpoint,
                    accessKey,
                    secretKey,
                    uri,
                    otherInterval,
                    bytes,
                    spool,
                    memory,
                    log);
        }

        CompactorSettings settings() {
            return new CompactorSettings(
                    installation,
                    member,
                    topic,
                    Map.of("bootstrap.servers", bootstrap),
                    Map.of("consumer.session.timeout.ms", "6000", "consumer.heartbeat.interval.ms", "1000"),
                    interval,
                    bytes,
                    spool);
        }

        ObjectStore store() {
            return ObjectStores.open(ArchiveSettings.inS3(
                    URI.create(uri), new ArchiveSettings.S3(endpoint, "us-east-1", accessKey, secretKey)));
        }

        private List<String> arguments() {
            return List.of(
                    bootstrap,
                    topic,
                    installation,
                    member,
                    endpoint,
                    accessKey,
                    secretKey,
                    uri,
                    interval.toString(),
                    Long.toString(bytes),
                    spool.toString(),
                    memory,
                    log.toString());
        }

        private static Plan parse(String[] a) {
            return new Plan(
                    a[0],
                    a[1],
                    a[2],
                    a[3],
                    a[4],
                    a[5],
                    a[6],
                    a[7],
                    Duration.parse(a[8]),
                    Long.parseLong(a[9]),
                    Path.of(a[10]),
                    a[11],
                    Path.of(a[12]));
        }
    }

    static CompactorChild start(Plan plan) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + plan.memory(),
                // G1 needs contiguous regions for records of 900 kB: with so small a heap it gives up half empty.
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                CompactorChild.class.getName()));
        command.addAll(plan.arguments());
        return new CompactorChild(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(plan.log().toFile()))
                .start());
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        kill();
    }

    /** Runs until its standard input ends or nothing can be done any more. */
    public static void main(String[] args) {
        Plan plan = Plan.parse(args);
        Thread parent = new Thread(CompactorChild::endWithParent, "parent");
        parent.setDaemon(true);
        parent.start();
        try (ObjectStore store = plan.store();
                Compactor compactor = Compactor.start(plan.settings(), store)) {
            TidemarkException error = compactor.failure().join();
            System.err.println(error.getMessage());
            Runtime.getRuntime().halt(error.failure().exitCode());
        }
    }

    /** The parent never writes; the end of the stream is the end of the parent. */
    private static void endWithParent() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println(e);
        }
        Runtime.getRuntime().halt(0);
    }
}
