package dev.tidemark.bench;

import dev.tidemark.sandbox.ChildProcess;
import dev.tidemark.sandbox.EtcdServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Gardener's etcd-backup-restore, {@code etcdbrctl snapshot}, into a directory: a full snapshot at the start and by
 * schedule, and between them all events, as JSON, in delta snapshots; all compressed by gzip, which is its default.
 */
final class EtcdBrctl implements AutoCloseable {
    /** Such as {@code Incr-00020004-00021012-1796090662.gz}. */
    private static final Pattern NAME = Pattern.compile("(Full|Incr)-(\\d+)-(\\d+)-\\d+.*");

    private final ChildProcess process;
    private final Path store;
    private final Path log;

    /** A file that it has written. */
    record Snapshot(boolean full, long lastRevision, long bytes) {}

    private EtcdBrctl(ChildProcess process, Path store, Path log) {
        this.process = process;
        this.store = store;
        this.log = log;
    }

    /** The executable of this machine: by {@code ETCDBRCTL}, else by {@code PATH}; empty if there is none. */
    static Optional<Path> executable() {
        Stream<Path> given = Stream.ofNullable(System.getenv("ETCDBRCTL")).map(Path::of);
        Stream<Path> path = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry, "etcdbrctl"));
        return Stream.concat(given, path)
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toAbsolutePath);
    }

    /**
     * Starts it; all else is left at its defaults, but that it deletes nothing meanwhile.
     *
     * @param period of its delta snapshots
     * @param schedule of its full snapshots, as cron has it
     */
    static EtcdBrctl start(Path executable, EtcdServer etcd, Path directory, Duration period, String schedule)
            throws IOException {
        // below its home directory, wherever that is
        Path store = Files.createDirectories(directory.resolve("store"));
        Path log = directory.resolve("etcdbrctl.log");
        List<String> words = List.of(
                executable.toString(),
                "snapshot",
                "--endpoints=" + etcd.endpoint(),
                "--storage-provider=Local",
                "--store-container=" + store.getFileName(),
                "--snapstore-temp-directory=" + Files.createDirectories(directory.resolve("tmp")),
                "--delta-snapshot-period=" + period.toSeconds() + "s",
                "--schedule=" + schedule,
                "--garbage-collection-period=24h");
        return new EtcdBrctl(
                ChildProcess.start(words, Map.of("HOME", directory.toString()), directory, log), store, log);
    }

    /** Waits until its files hold everything up to a revision. */
    void await(long revision, Duration patience) throws IOException, InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (snapshots().stream().noneMatch(snapshot -> snapshot.lastRevision() >= revision)) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                List<String> lines = Files.readAllLines(log);
                throw new TimeoutException(
                        "etcdbrctl has " + snapshots().size() + " files, none of revision " + revision
                                + "; its log ends with " + lines.subList(Math.max(0, lines.size() - 5), lines.size()));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** What it has written, in no order. */
    List<Snapshot> snapshots() throws IOException {
        try (Stream<Path> files = Files.walk(store)) {
            return files.map(Path::toFile)
                    .filter(File::isFile)
                    .flatMap(file -> snapshot(file).stream())
                    .toList();
        }
    }

    private static Optional<Snapshot> snapshot(File file) {
        Matcher name = NAME.matcher(file.getName());
        return name.matches()
                ? Optional.of(new Snapshot(name.group(1).equals("Full"), Long.parseLong(name.group(3)), file.length()))
                : Optional.empty();
    }

    @Override
    public void close() {
        process.kill();
    }
}
