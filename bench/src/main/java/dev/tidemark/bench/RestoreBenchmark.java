package dev.tidemark.bench;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.restore.RestoreProgress;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Restores 344 MB of base and 131,812 revisions of 1.65 kB to a snapshot file, from an archive in the clear and from a
 * sealed one in turn, each time in a fresh JVM with {@code -Xmx256m}. Arguments: a directory for the archive (made once), how often, and perhaps further options of that JVM, in
 * which {@code SHAPE} stands for {@code random} or {@code text}.
 */
public final class RestoreBenchmark {
    private RestoreBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 2 && arguments[0].equals("--once")) {
            once(Path.of(arguments[1]));
            return;
        }
        Path directory = Path.of(arguments.length > 0 ? arguments[0] : "target/restore-benchmark");
        int times = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        List<String> options = List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
        for (RestoreShape shape : RestoreShape.values()) {
            String name = shape.name().toLowerCase(Locale.ROOT);
            Path clear = directory.resolve(name);
            Path sealed = directory.resolve(name + "-sealed");
            RestoreArchive.make(shape, clear);
            RestoreArchive.makeSealed(shape, sealed);
            System.out.printf("%nvalues: %s%n", shape.words());
            System.out.println("| run | archive | restore ms | written MB | keys | peak heap MB | whole process ms |");
            System.out.println("|---|---|---|---|---|---|---|");
            List<String> named = options.stream()
                    .map(option -> option.replace("SHAPE", name))
                    .toList();
            for (int i = 1; i <= times; i++) {
                for (Path archive : List.of(clear, sealed)) {
                    System.out.print("| " + i + " | " + (archive == clear ? "clear" : "sealed"));
                    System.out.flush();
                    child(archive, named);
                }
            }
        }
    }

    private static void child(Path archive, List<String> options) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-Xmx256m");
        words.addAll(options);
        words.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                RestoreBenchmark.class.getName(),
                "--once",
                archive.toString()));
        long started = System.nanoTime();
        int code = new ProcessBuilder(words).inheritIO().start().waitFor();
        long millis = (System.nanoTime() - started) / 1_000_000;
        if (code != 0) {
            throw new IOException("the restore's process ended with " + code);
        }
        System.out.println(" " + millis + " |");
    }

    private static void once(Path archive) throws IOException {
        Path output = archive.resolve("restored.db");
        try (ObjectStore store = RestoreArchive.open(archive.resolve("store"))) {
            Sources sources = new Sources(
                    new ClusterArchive(store, RestoreArchive.CLUSTER), Optional.empty(), archive, Clock.systemUTC());
            RestoreRequest request = RestoreRequest.database(Target.latest(), Output.replacing(output));
            long started = System.nanoTime();
            RestoreResult result = new Restorer(sources).restore(request, RestoreProgress.NONE);
            long millis = (System.nanoTime() - started) / 1_000_000;
            System.out.printf(
                    " | %d | %.0f | %d | %d |", millis, result.bytes() / 1e6, result.keys(), peakHeap() >> 20);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
