package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.RunFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An index run says what the log says, and refuses to say anything once it is damaged. */
class KeyRunTest {
    /** Sixteen entries a block, and one block a file: many of both. */
    private static final SegmentLimits TINY = new SegmentLimits(200, 300, 19, 1);

    private static final Comparator<Change> BY_KEY = ((Comparator<Change>)
                    (one, other) -> Arrays.compareUnsigned(one.key(), other.key()))
            .thenComparingLong(Change::main)
            .thenComparingLong(Change::sub);

    private Path directory;

    @BeforeEach
    @BeforeProperty
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("key-run");
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

    @Property(tries = 60)
    void aRunMergedFromSegmentsSaysWhatTheLogSays(@ForAll long seed) {
        Random random = new Random(seed);
        List<Change> log = Logs.random(random, 1 + random.nextInt(150), 1 + random.nextInt(25));
        List<LocalSegment> segments = Logs.write(TINY, log);
        SegmentLimits limits = random.nextBoolean() ? TINY : SegmentLimits.DEFAULT;
        List<VersionMerge.Source> sources = segments.stream()
                .map(Segment::open)
                .map((Segment segment) -> VersionMerge.Source.of(segment))
                .toList();
        long firstMain = random.nextInt(3);
        KeyRun run = KeyRun.open(VersionMerge.merge(fresh(), sources, firstMain, limits));
        assertThat(all(run)).isEqualTo(words(log, new byte[0]));
        for (int i = 0; i < 30; i++) {
            byte[] key = i % 4 == 0
                    ? Logs.key(100 + i)
                    : log.get(random.nextInt(log.size())).key();
            long revision = random.nextInt(log.size() + 5);
            assertThat(run.find(key, revision)).isEqualTo(oracle(log, key, revision));
            byte[] prefix = Arrays.copyOf(key, random.nextInt(key.length + 1));
            List<String> found = new ArrayList<>();
            run.withPrefix(prefix, (array, length, main, sub, dead) -> found.add(word(array, length, main, sub, dead)));
            assertThat(found).isEqualTo(words(log, prefix));
        }
        Logs.delete(segments);
    }

    private static java.util.Optional<Version> oracle(List<Change> log, byte[] key, long revision) {
        return log.stream()
                .filter(change -> Arrays.equals(change.key(), key) && change.main() <= revision)
                .reduce((older, newer) -> newer)
                .map(change -> new Version(change.main(), change.sub(), change.isTombstone()));
    }

    private static List<String> words(List<Change> log, byte[] prefix) {
        return log.stream()
                .filter(change -> Prefixes.begins(change.key(), change.key().length, prefix))
                .sorted(BY_KEY)
                .map(c -> word(c.key(), c.key().length, c.main(), c.sub(), c.isTombstone()))
                .toList();
    }

    private static String word(byte[] key, int length, long main, long sub, boolean dead) {
        return Arrays.toString(Arrays.copyOf(key, length)) + " " + main + "/" + sub + (dead ? " dead" : "");
    }

    private static List<String> all(KeyRun run) {
        List<String> found = new ArrayList<>();
        VersionCursor cursor = run.entries();
        while (cursor.next()) {
            found.add(word(cursor.keyArray(), cursor.keyLength(), cursor.main(), cursor.sub(), cursor.tombstone()));
        }
        return found;
    }

    private Path fresh() {
        try {
            return Files.createTempDirectory(directory, "run-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private IndexRun write(List<Change> log, SegmentLimits limits) {
        try (RunWriter writer = new RunWriter(fresh(), 1, limits)) {
            log.stream()
                    .sorted(BY_KEY)
                    .forEach(c -> writer.version(c.key(), c.key().length, c.main(), c.sub(), c.isTombstone()));
            return writer.finish();
        }
    }

    @Test
    void versionsOutOfOrderAreNotTaken() {
        Change late = Change.put(9, 0, Logs.key(1), new byte[0], 9, 1, 0, 0, 0);
        Change early = Change.put(8, 0, Logs.key(1), new byte[0], 8, 1, 0, 0, 0);
        Change other = Change.put(8, 0, Logs.key(2), new byte[0], 8, 1, 0, 0, 0);
        for (List<Change> wrong : List.of(List.of(late, early), List.of(late, late), List.of(other, late, other))) {
            try (RunWriter writer = new RunWriter(fresh(), 1, TINY)) {
                assertThatThrownBy(() -> wrong.forEach(
                                c -> writer.version(c.key(), c.key().length, c.main(), c.sub(), c.isTombstone())))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("out of order");
            }
        }
    }

    @Test
    void aRunWhoseFilesAreInTheWrongOrderIsNamedByItsMerge() {
        List<Change> log = Logs.random(new Random(5), 60, 20);
        Objects objects = new Objects();
        List<RunFile> files = new ArrayList<>(stored(objects, write(log, TINY)).getFiles());
        assertThat(files).hasSizeGreaterThan(2);
        Collections.swap(files, 1, 2);
        KeyRun wrong = KeyRun.open(objects.store(), "", new IndexRun(files, 0L));
        assertThatThrownBy(() ->
                        VersionMerge.merge(fresh(), List.of(VersionMerge.Source.of(wrong)), 1, SegmentLimits.DEFAULT))
                .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                        .isEqualTo(files.get(2).getFile().getName()))
                .hasMessageContaining("is not in order");
    }

    /** What a lookup reads at once stays small, however long the run: files end before their directories grow. */
    @Test
    void aFileEndsBeforeItsDirectoryIsMoreThanOneRead() throws IOException {
        byte[] key = new byte[900];
        Path place = fresh();
        IndexRun run;
        try (RunWriter writer = new RunWriter(place, 1, SegmentLimits.DEFAULT)) {
            for (int i = 0; i < 12_000; i++) {
                new Random(i).nextBytes(key);
                key[0] = (byte) (i >> 8);
                key[1] = (byte) i;
                writer.version(key, key.length, 5 + i, 0, false);
            }
            run = writer.finish();
        }
        assertThat(run.getFiles()).hasSizeGreaterThan(2);
        for (RunFile file : run.getFiles()) {
            byte[] bytes = Files.readAllBytes(Path.of(file.getFile().getName()));
            IndexFooter footer = IndexFooter.parse(
                    "run",
                    IndexFooter.Layout.RUN,
                    bytes.length,
                    Arrays.copyOfRange(bytes, bytes.length - IndexFooter.LENGTH, bytes.length));
            assertThat(footer.directory().length() + IndexFooter.LENGTH).isLessThanOrEqualTo(64 << 10);
            assertThat(file.getFromKey().remaining()).as("a shortened key").isLessThan(4);
        }
    }

    /** Hot keys have many versions, and those cost little. */
    @Test
    void aVersionOfAHotKeyTakesFiveBytes() {
        Path place = fresh();
        try (RunWriter writer = new RunWriter(place, 1, SegmentLimits.DEFAULT)) {
            for (int key = 0; key < 50; key++) {
                byte[] name = String.format("/registry/leases/kube-node-lease/worker-%04d", key)
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                for (int version = 0; version < 2000; version++) {
                    writer.version(name, name.length, 1_000_000_000L + version * 500L + key, 0, false);
                }
            }
            long bytes = writer.finish().getFiles().stream()
                    .mapToLong(file -> file.getFile().getBytes())
                    .sum();
            assertThat(bytes / 100_000.0).isBetween(4.9, 5.2);
        }
    }

    private IndexRun stored(Objects objects, IndexRun local) {
        List<RunFile> files = new ArrayList<>();
        for (RunFile file : local.getFiles()) {
            ObjectRef ref = file.getFile();
            String name = files.size() + ".run";
            try {
                objects.put(name, Files.readAllBytes(Path.of(ref.getName())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            files.add(new RunFile(
                    new ObjectRef(name, ref.getBytes(), ref.getSha256()),
                    file.getDirectorySha256(),
                    file.getEntries(),
                    file.getFromKey(),
                    file.getFromMain(),
                    file.getAsOf()));
        }
        return new IndexRun(files, 0L);
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsRefusedByName() {
        List<Change> log = Logs.random(new Random(11), 24, 7);
        Objects objects = new Objects();
        IndexRun run = stored(objects, write(log, TINY));
        assertThat(run.getFiles()).hasSizeGreaterThan(1);
        byte[] key = log.get(9).key();
        List<Function<KeyRun, Object>> readings = List.of(KeyRunTest::all, opened -> opened.find(key, 20));
        List<Object> right = readings.stream()
                .map(reading -> reading.apply(KeyRun.open(objects.store(), "", run)))
                .toList();
        for (RunFile file : run.getFiles()) {
            String name = file.getFile().getName();
            byte[] whole = objects.bytes(name);
            for (int bit = 0; bit < whole.length * 8; bit++) {
                byte[] damaged = whole.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                objects.put(name, damaged);
                assertThatThrownBy(() -> all(KeyRun.open(objects.store(), "", run)))
                        .as("bit %d", bit)
                        .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                                .isEqualTo(name));
                for (int i = 0; i < readings.size(); i++) {
                    try {
                        assertThat(readings.get(i).apply(KeyRun.open(objects.store(), "", run)))
                                .isEqualTo(right.get(i));
                    } catch (DamagedObjectException e) {
                        assertThat(e.object()).isEqualTo(name);
                    }
                }
            }
            for (int length = 0; length < whole.length; length++) {
                objects.put(name, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> all(KeyRun.open(objects.store(), "", run)))
                        .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                                .isEqualTo(name));
            }
            objects.put(name, whole);
        }
    }

    @Test
    void anotherRunAndAnIndexInItsPlaceAreRefused() {
        List<Change> log = Logs.random(new Random(3), 9, 4);
        Objects objects = new Objects();
        IndexRun run = stored(objects, write(log, SegmentLimits.DEFAULT));
        String name = run.getFiles().get(0).getFile().getName();
        byte[] whole = objects.bytes(name);
        List<Change> shifted = log.stream()
                .map(c -> c.isTombstone()
                        ? Change.delete(c.main() + 1, c.sub(), c.key(), 0, 0)
                        : Change.put(c.main() + 1, c.sub(), c.key(), c.value(), 1, 1, 0, 0, 0))
                .toList();
        IndexRun other = stored(objects, write(shifted, SegmentLimits.DEFAULT));
        assertThat(objects.bytes(name)).hasSameSizeAs(whole);
        assertThat(other.getFiles().get(0).getEntries())
                .isEqualTo(run.getFiles().get(0).getEntries());
        assertThatThrownBy(() -> all(KeyRun.open(objects.store(), "", run)))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("not the one that the manifest names");

        List<LocalSegment> segments = Logs.write(SegmentLimits.DEFAULT, log);
        objects.add(segments.get(0), 7);
        byte[] index = objects.bytes("7.idx");
        objects.put(name, index);
        RunFile file = run.getFiles().get(0);
        IndexRun wrong = new IndexRun(
                List.of(new RunFile(
                        new ObjectRef(name, (long) index.length, ""),
                        file.getDirectorySha256(),
                        file.getEntries(),
                        file.getFromKey(),
                        file.getFromMain(),
                        file.getAsOf())),
                0L);
        assertThatThrownBy(() -> all(KeyRun.open(objects.store(), "", wrong)))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("another kind of file");
        Logs.delete(segments);
    }
}
