package dev.tidemark.bench;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.level.Done;
import dev.tidemark.archive.level.Upkeep;
import dev.tidemark.archive.segment.LiveSets;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.Member;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What synthetic bases cost. First: nine bases over 5,000,000 keys of 256 B, each after 1 % of the keys changed, in a JVM
 * with {@code -Xmx256m}. Then: thirty days of hourly bases of 400,000 keys. Arguments: a directory, and perhaps the number of
 * keys of the first part.
 */
public final class SyntheticBaseBenchmark {
    private static final int KEYS = 5_000_000;
    private static final int VALUE = 256;
    private static final int HOURS = 9;
    private static final int MONTH_HOURS = 720;
    private static final int MONTH_KEYS = 400_000;
    private static final int MONTH_HOT = 4_500;
    private static final int MONTH_CHANGES = 10_000;

    private SyntheticBaseBenchmark() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 2 && arguments[0].equals("--once")) {
            once(Path.of(arguments[1]));
            return;
        }
        Path directory = Path.of(arguments.length > 0 ? arguments[0] : "target/synthetic-base-benchmark");
        int keys = arguments.length > 1 ? Integer.parseInt(arguments[1]) : KEYS;
        large(directory.resolve("large"), keys);
        month(directory.resolve("month"));
    }

    private static void large(Path directory, int keys) throws IOException, InterruptedException {
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        try (ObjectStore store = RestoreArchive.open(Files.createDirectories(directory.resolve("store")))) {
            HourlyArchive archive = new HourlyArchive(store, scratch, keys, VALUE).snapshot();
            for (int hour = 0; hour < HOURS; hour++) {
                archive.hour(keys / 100, 0);
            }
        }
        Scratch.delete(scratch);
        System.out.printf("%d keys of %d B, 1 %% changed before each base, -Xmx256m%n", keys, VALUE);
        System.out.println(
                "| base | ms | base MB | segments written MB | share | index runs written MB | share | segments"
                        + " | peak heap MB |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        int code = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SyntheticBaseBenchmark.class.getName(),
                        "--once",
                        directory.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("the upkeep's process ended with " + code);
        }
        Scratch.delete(directory);
    }

    private static void once(Path directory) throws IOException {
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        try (ObjectStore store = RestoreArchive.open(directory.resolve("store"))) {
            Upkeep upkeep = HourlyArchive.upkeep(store, HourlyArchive.attempts(2), scratch);
            upkeep.refresh();
            while (true) {
                long started = System.nanoTime();
                Optional<Done> done = upkeep.next();
                long millis = (System.nanoTime() - started) / 1_000_000;
                if (done.isEmpty()) {
                    return;
                }
                if (done.get().what().equals("base")) {
                    System.out.printf(
                            "| %d | %d | %.1f | %.1f | %.1f %% | %.1f | %.1f %% | %d | %d |%n",
                            done.get().seq(),
                            millis,
                            done.get().bytes() / 1e6,
                            done.get().writtenBytes() / 1e6,
                            100.0 * done.get().writtenBytes() / done.get().bytes(),
                            done.get().runBytes() / 1e6,
                            100.0 * done.get().runBytes() / done.get().bytes(),
                            done.get().segments(),
                            peakHeap() >> 20);
                }
            }
        }
    }

    private static void month(Path directory) throws IOException {
        Path scratch = Files.createDirectories(directory.resolve("scratch"));
        long hourBytes = 0;
        long written = 0;
        long runs = 0;
        int most = 0;
        double deadest = 0;
        try (ObjectStore store = RestoreArchive.open(Files.createDirectories(directory.resolve("store")))) {
            HourlyArchive archive = new HourlyArchive(store, scratch, MONTH_KEYS, VALUE).snapshot();
            Upkeep upkeep = HourlyArchive.upkeep(store, HourlyArchive.attempts(3), scratch);
            for (int hour = 0; hour < MONTH_HOURS; hour++) {
                archive.hour(MONTH_CHANGES, MONTH_HOT);
                upkeep.refresh();
                for (Optional<Done> done = upkeep.next(); done.isPresent(); done = upkeep.next()) {
                    if (done.get().what().equals("level 2")) {
                        hourBytes += done.get().bytes();
                    }
                    runs += done.get().runBytes();
                    if (done.get().what().equals("base")) {
                        written += done.get().writtenBytes();
                        most = Math.max(most, done.get().segments());
                    }
                }
                if (hour % 24 == 23) {
                    deadest = Math.max(deadest, deadShare(store));
                    Scratch.delete(scratch);
                    Files.createDirectories(scratch);
                }
            }
        }
        System.out.printf(
                "%n%d hourly bases of %d keys, %d of them hot, %d others changed an hour:%n",
                MONTH_HOURS, MONTH_KEYS, MONTH_HOT, MONTH_CHANGES);
        System.out.printf(
                "at most %d segments; at most %.1f %% dead; %.2f bytes written anew for each of an hour, and %.2f of index"
                        + " runs, the levels' included%n",
                most, 100 * deadest, (double) written / hourBytes, (double) runs / hourBytes);
        Scratch.delete(directory);
    }

    private static double deadShare(ObjectStore store) {
        ClusterArchive archive = new ClusterArchive(store, HourlyArchive.CLUSTER);
        BaseManifest base = archive.catalog()
                .newest()
                .orElseThrow()
                .synthetic(Long.MAX_VALUE)
                .orElseThrow();
        long bytes = 0;
        long live = 0;
        List<Member> members = base.getBase().getMembers();
        for (Member member : members) {
            bytes += member.getSegment().getData().getBytes();
            live += Segment.open(store, archive.root(), member.getSegment())
                    .sizeOf(LiveSets.read(member.getLive(), member.getSegment(), store, archive.root(), "base"))
                    .bytes();
        }
        return 1 - (double) live / bytes;
    }

    /** What the pools of this JVM's heap have held at most, each at its own moment. */
    static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
