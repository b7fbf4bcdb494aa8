package dev.tidemark.archive.level;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.segment.KeyRun;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.segment.Version;
import dev.tidemark.archive.segment.VersionCursor;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.RunFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The law of a base's runs: whichever files are behind which hours, the newest version over all runs is the state. */
class LiveKeysTest {
    private Path directory;

    @BeforeEach
    @BeforeProperty
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("live-keys");
    }

    @AfterEach
    @AfterProperty
    void dropDirectory() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Keys of which some are beginnings of others, and some come and go together. */
    private static String key(Random random) {
        String name = "/" + (char) ('a' + random.nextInt(4));
        return random.nextInt(9) == 0 ? name : name + "/" + random.nextInt(12) + "x".repeat(random.nextInt(2));
    }

    @Property(tries = 12)
    void theNewestVersionOverAllRunsIsTheStateAtEachBase(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        SegmentLimits limits =
                random.nextBoolean() ? new SegmentLimits(100, 700, 9, 1) : new SegmentLimits(400, 8_000, 90, 4);
        try (MemoryStore store = new MemoryStore(InstantSource.system())) {
            HourlyLog log = new HourlyLog(store, directory, limits).put("/a", new byte[1]);
            change(log, random, random.nextInt(90));
            log.snapshot();
            for (int hour = 0; hour < 18; hour++) {
                change(log, random, 1 + random.nextInt(1 + random.nextInt(40)));
                if (random.nextInt(12) == 0) {
                    List.copyOf(log.alive().keySet()).stream()
                            .filter(key -> random.nextInt(20) > 0)
                            .forEach(log::delete);
                }
                log.hour();
                if (random.nextInt(2) > 0) {
                    check(log, random, store);
                }
            }
            check(log, random, store);
        }
    }

    private static void change(HourlyLog log, Random random, int changes) {
        for (int i = 0; i < changes; i++) {
            String key = key(random);
            if (random.nextInt(3) == 0 && log.alive().containsKey(key)) {
                log.delete(key);
            } else {
                log.put(key, new byte[random.nextInt(20)]);
            }
        }
    }

    private void check(HourlyLog log, Random random, ObjectStore store) {
        try (MemoryStore copy = new MemoryStore(InstantSource.system())) {
            log.copyTo(copy);
            log.upkeep();
            log.upkeep(copy, "B");
            BaseManifest base = log.newest();
            List<IndexRun> runs = base.getSynthesis().getRuns();
            assertThat(words(log.newest(copy).getSynthesis().getRuns()))
                    .as("the runs that another writer makes")
                    .isEqualTo(words(runs));
            assertThat(runs).hasSizeBetween(1, 1 + BaseRuns.MOST_HOURS);
            assertThat(newest(log, runs, store, Version::or)).isEqualTo(log.alive());
            assertThat(newest(log, runs, store, (older, newer) -> newer))
                    .as("by a reader that takes the last run's word")
                    .isEqualTo(log.alive());
            for (int i = 0; i < 20; i++) {
                String key = key(random);
                Optional<Version> found = runs.stream()
                        .map(run -> KeyRun.open(store, log.root(), run)
                                .find(bytes(key), base.getBase().getRevision()))
                        .flatMap(Optional::stream)
                        .reduce(Version::or)
                        .filter(version -> !version.tombstone());
                assertThat(found.map(Version::main))
                        .isEqualTo(Optional.ofNullable(log.alive().get(key)));
            }
        }
    }

    /** What the runs say whatever their files are called. */
    private static List<String> words(List<IndexRun> runs) {
        List<String> words = new ArrayList<>();
        for (IndexRun run : runs) {
            words.add("run up to " + run.getLast());
            for (RunFile file : run.getFiles()) {
                words.add(file.getFile().getSha256() + " " + file.getFromKey() + " " + file.getAsOf());
            }
        }
        return words;
    }

    private interface Choice {
        Version of(Version older, Version newer);
    }

    /** The main revisions of the newest versions that are no tombstones; also checks the order of each run. */
    private static Map<String, Long> newest(HourlyLog log, List<IndexRun> runs, ObjectStore store, Choice choice) {
        Map<String, Version> all = new TreeMap<>();
        for (IndexRun run : runs) {
            Map<String, Version> own = new TreeMap<>();
            VersionCursor cursor = KeyRun.open(store, log.root(), run).entries();
            String before = "";
            while (cursor.next()) {
                String key = new String(cursor.keyArray(), 0, cursor.keyLength(), StandardCharsets.ISO_8859_1);
                assertThat(key).isGreaterThanOrEqualTo(before);
                own.merge(key, new Version(cursor.main(), cursor.sub(), cursor.tombstone()), Version::or);
                before = key;
            }
            own.forEach((key, version) -> all.merge(key, version, choice::of));
        }
        Map<String, Long> alive = new TreeMap<>();
        all.forEach((key, version) -> {
            if (!version.tombstone()) {
                alive.put(key, version.main());
            }
        });
        return alive;
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The goal is 5 %: it holds with a wide margin where live keys have a seventh of a base's bytes. */
    @Test
    void noBaseButTheFirstWritesMuchWhereOnePercentOfTheKeysChangeAnywhere() throws IOException {
        int keys = 20_000;
        Random random = new Random(20261201);
        try (MemoryStore store = new MemoryStore(InstantSource.system())) {
            HourlyLog log = new HourlyLog(store, directory, new SegmentLimits(8 << 10, 512 << 10, 1 << 16, 64));
            for (int key = 0; key < keys; key++) {
                put(log, key, random);
            }
            log.snapshot();
            Set<String> files = new HashSet<>();
            for (int hour = 0; hour < 30; hour++) {
                for (int i = 0; i < keys / 100; i++) {
                    put(log, random.nextInt(keys), random);
                }
                Done base = log.hour().upkeep().stream()
                        .filter(done -> done.what().equals(BaseBuilder.NAME))
                        .findFirst()
                        .orElseThrow();
                List<IndexRun> runs = log.newest().getSynthesis().getRuns();
                long written = runs.get(0).getFiles().stream()
                        .filter(file -> files.add(file.getFile().getName()))
                        .mapToLong(file -> file.getFile().getBytes())
                        .sum();
                assertThat(base.runBytes()).isEqualTo(written);
                double live = (double) BaseRuns.bytes(runs.get(0).getFiles()) / base.bytes();
                assertThat(live).as("live keys' share of base %d", hour).isBetween(0.1, 0.2);
                if (hour > 0) {
                    assertThat((double) written / base.bytes())
                            .as("written anew of base %d", hour)
                            .isBetween(0.01, 0.035);
                }
                assertThat(runs.get(0).getFiles()).hasSizeBetween(20, 35);
            }
        }
    }

    private static void put(HourlyLog log, int key, Random random) {
        byte[] value = new byte[40];
        random.nextBytes(value);
        log.put(String.format("/registry/pods/namespace-%03d/deployment-%08d", key % 100, key), value);
    }
}
