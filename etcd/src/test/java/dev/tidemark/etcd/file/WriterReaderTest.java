package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What the writer writes, the reader reads, whatever page boundaries it hits. */
class WriterReaderTest {
    /** What shapes a file: enough to make its records again. */
    record Shape(int pageSize, int records, List<Integer> valueSizes, int keySize, int tombstonePercent, long seed) {}

    @Property(tries = 150)
    void readingIsTheIdentity(@ForAll("shapes") Shape shape) {
        List<Change> changes = changes(shape);
        List<LeaseTtl> leases = List.of(new LeaseTtl(-5, 60), new LeaseTtl(7, 8_000_000_000L), new LeaseTtl(1, 1));
        List<BucketEntry> users = List.of(entry("root", "x"), entry("a", ""), entry("b".repeat(3000), "y"));
        FileContents contents =
                new FileContents(leases, List.of(entry("authEnabled", "\1")), users, List.of(), Optional.of("3.6.0"));
        Path path = temporary();
        try {
            WrittenDatabase written = write(path, shape.pageSize(), changes, contents);
            try (EtcdDatabase database = EtcdDatabase.open(path)) {
                check(shape, changes, written, database);
                assertThat(database.leases()).containsExactly(leases.get(2), leases.get(1), leases.get(0));
                assertThat(entries(database, "authUsers")).containsExactly(users.get(1), users.get(2), users.get(0));
                assertThat(database.storageVersion()).contains("3.6.0");
            }
            TreeShape.check(path);
        } finally {
            delete(path);
        }
    }

    private static void check(Shape shape, List<Change> changes, WrittenDatabase written, EtcdDatabase database) {
        List<Change> read = new ArrayList<>();
        database.forEachChange(1, 2, read::add);
        assertThat(read).isEqualTo(changes);
        long last = changes.isEmpty() ? 0 : changes.get(changes.size() - 1).main();
        assertThat(database.lastRecordRevision()).isEqualTo(last).isEqualTo(written.lastRecordRevision());
        assertThat(database.revision()).isEqualTo(Math.max(5, last)).isEqualTo(written.revision());
        assertThat(database.compactRevision()).isEqualTo(5).isEqualTo(written.compactRevision());
        assertThat(database.verifySha256()).isEqualTo(written.sha256());
        assertThat(database.bytes()).isEqualTo(written.bytes());
        assertThat(database.pageSize()).isEqualTo(shape.pageSize());
        assertThat(database.bucketNames())
                .containsExactly(
                        "alarm",
                        "auth",
                        "authRoles",
                        "authUsers",
                        "cluster",
                        "key",
                        "lease",
                        "members",
                        "members_removed",
                        "meta");
        written.hashKv().ifPresent(h -> assertThat(HashKv.of(database, written.revision()))
                .isEqualTo(h));
    }

    private static WrittenDatabase write(Path path, int pageSize, List<Change> changes, FileContents contents) {
        LiveSet live = LiveSet.of(changes);
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(path, 5, pageSize)) {
            changes.forEach(change -> writer.append(change, live.of(change)));
            return writer.finish(contents);
        }
    }

    @Provide
    Arbitrary<Shape> shapes() {
        Arbitrary<Integer> pageSizes = Arbitraries.of(1024, 4096, 4096, 16384, 65536);
        // around the page boundaries of all of these, and the largest that etcd takes by default
        Arbitrary<Integer> sizes = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.integers().between(0, 300)),
                Tuple.of(4, Arbitraries.integers().between(800, 1100)),
                Tuple.of(4, Arbitraries.integers().between(1800, 2100)),
                Tuple.of(4, Arbitraries.integers().between(3500, 4200)),
                Tuple.of(2, Arbitraries.integers().between(8000, 8300)),
                Tuple.of(2, Arbitraries.integers().between(16000, 16500)),
                Tuple.of(1, Arbitraries.of(1_500_000)));
        Arbitrary<Integer> counts = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.integers().between(0, 40)),
                Tuple.of(2, Arbitraries.integers().between(41, 2_000)));
        return Combinators.combine(
                        pageSizes,
                        counts,
                        sizes.list().ofMinSize(1).ofMaxSize(4),
                        Arbitraries.integers().between(1, 40),
                        Arbitraries.integers().between(0, 60),
                        Arbitraries.longs())
                .as(Shape::new);
    }

    private static List<Change> changes(Shape shape) {
        SplittableRandom random = new SplittableRandom(shape.seed());
        boolean huge = shape.valueSizes().contains(1_500_000);
        int records = huge ? Math.min(shape.records(), 12) : shape.records();
        List<Change> changes = new ArrayList<>(records);
        long main = 1;
        long sub = 0;
        for (int i = 0; i < records; i++) {
            boolean next = i == 0 || random.nextInt(3) > 0;
            main += next ? 1 + random.nextInt(5) : 0;
            sub = next ? random.nextInt(2) : sub + 1;
            byte[] key = new byte[1 + random.nextInt(shape.keySize())];
            random.nextBytes(key);
            if (random.nextInt(100) < shape.tombstonePercent()) {
                changes.add(Change.delete(main, sub, key, 1, 2));
            } else {
                int size =
                        shape.valueSizes().get(random.nextInt(shape.valueSizes().size()));
                byte[] value = new byte[size];
                random.nextBytes(value);
                long lease = random.nextInt(4) == 0 ? List.of(-5L, 7L, 1L).get(random.nextInt(3)) : 0;
                long version = random.nextInt(2) == 0 ? 1 : random.nextLong(1, Long.MAX_VALUE);
                changes.add(Change.put(main, sub, key, value, random.nextLong(1, main + 1), version, lease, 1, 2));
            }
        }
        return changes;
    }

    private static List<BucketEntry> entries(EtcdDatabase database, String bucket) {
        List<BucketEntry> entries = new ArrayList<>();
        database.forEach(bucket, (key, value) -> entries.add(new BucketEntry(key, value)));
        return entries;
    }

    private static BucketEntry entry(String key, String value) {
        return new BucketEntry(key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    private static Path temporary() {
        try {
            return Files.createTempFile("tidemark", ".db");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
