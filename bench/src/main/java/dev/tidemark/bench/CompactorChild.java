package dev.tidemark.bench;

import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.compactor.Compactor;
import dev.tidemark.compactor.CompactorSettings;
import dev.tidemark.compactor.PartitionHealth;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A compactor of a topic with one partition, in a JVM of its own, which tells how far it has come. */
final class CompactorChild implements AutoCloseable {
    private static final long TELL_MILLIS = 10;
    /** What its lines begin with: the JVM may have things to say, too. */
    private static final String STANDS = "stands ";

    private static final long CHECKPOINT_BYTES = 256L << 20;

    private final Process process;
    private volatile Standing standing = Standing.NOT_YET;
    private volatile long firstFoldedAt;

    /**
     * Where it stands.
     *
     * @param folded the last revision that was read
     * @param committed the last revision in the archive
     * @param peakHeap in bytes
     */
    record Standing(PartitionHealth.Phase phase, long folded, long committed, long checkpoints, long peakHeap) {
        private static final Standing NOT_YET = new Standing(PartitionHealth.Phase.IDLE, 0, 0, 0, 0);

        private static Standing of(PartitionHealth health) {
            return new Standing(
                    health.phase(),
                    health.foldedRevision(),
                    health.committedRevision(),
                    health.commits(),
                    SyntheticBaseBenchmark.peakHeap());
        }

        private static Standing parse(String line) {
            String[] words = line.substring(STANDS.length()).split(" ", -1);
            return new Standing(
                    PartitionHealth.Phase.valueOf(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    Long.parseLong(words[4]));
        }

        private String line() {
            return STANDS + phase + " " + folded + " " + committed + " " + checkpoints + " " + peakHeap;
        }

        private boolean isWhere(Standing other) {
            return phase == other.phase && folded == other.folded && committed == other.committed;
        }
    }

    /**
     * What it works on.
     *
     * @param directory for its spool and, below {@link CaptureChild#ARCHIVE}, the archive
     */
    record Work(String bootstrapServers, String topic, Path directory, Duration checkpointInterval) {
        private CompactorSettings settings() {
            // a group of its own, so that it begins where the topic does
            String installation = topic + "-" + directory.getFileName();
            return new CompactorSettings(
                    installation,
                    "compactor-1",
                    topic,
                    Map.of("bootstrap.servers", bootstrapServers),
                    Map.of(),
                    checkpointInterval,
                    CHECKPOINT_BYTES,
                    directory.resolve("compactor"));
        }

        private ObjectStore store() {
            return ObjectStores.open(ArchiveSettings.inDirectory(
                            directory.resolve(CaptureChild.ARCHIVE).toUri())
                    .creating());
        }

        private List<String> arguments() {
            return List.of(bootstrapServers, topic, directory.toString(), checkpointInterval.toString());
        }

        private static Work parse(String[] words) {
            return new Work(words[0], words[1], Path.of(words[2]), Duration.parse(words[3]));
        }
    }

    private CompactorChild(Process process) {
        this.process = process;
        Thread listening = new Thread(this::listen, "compactor-child");
        listening.setDaemon(true);
        listening.start();
    }

    static CompactorChild start(Work work, List<String> options) {
        return new CompactorChild(ChildJvm.start(List.of(), options, CompactorChild.class, work.arguments()));
    }

    /** Arguments: those that {@link Work} makes. */
    public static void main(String[] arguments) throws InterruptedException {
        ChildJvm.endWithTheParent();
        Work work = Work.parse(arguments);
        try (ObjectStore store = work.store();
                Compactor compactor = Compactor.start(work.settings(), store)) {
            Standing told = Standing.NOT_YET;
            while (!compactor.failure().isDone()) {
                for (PartitionHealth partition : compactor.health().partitions()) {
                    Standing now = Standing.of(partition);
                    if (!now.isWhere(told)) {
                        told = now;
                        System.out.println(now.line());
                    }
                }
                Thread.sleep(TELL_MILLIS);
            }
            throw compactor.failure().join();
        }
    }

    Standing standing() {
        return standing;
    }

    /** When the first revision had been read, by {@link System#nanoTime}. */
    long firstFoldedAt() {
        return firstFoldedAt;
    }

    /** Waits until it stands somewhere. */
    void await(Predicate<Standing> there, Duration patience) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!there.test(standing)) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                throw new TimeoutException("the compactor stands at " + standing
                        + (process.isAlive() ? "" : ", ended with " + process.exitValue()));
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    ProcessUse use() throws IOException {
        return ProcessUse.of(process.pid());
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith(STANDS)) {
                    continue;
                }
                Standing now = Standing.parse(line);
                if (now.folded() > FoldTopic.BASE_REVISION && firstFoldedAt == 0) {
                    firstFoldedAt = System.nanoTime();
                }
                standing = now;
            }
        } catch (IOException e) {
            // it was ended; nothing follows
            return;
        }
    }

    @Override
    public void close() {
        ChildJvm.end(process);
    }
}
