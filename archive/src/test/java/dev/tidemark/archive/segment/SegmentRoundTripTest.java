package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

/** What is written is what is read, by us and by stock Avro, whatever the limits. */
class SegmentRoundTripTest {
    @Provide
    static Arbitrary<SegmentLimits> limits() {
        return Combinators.combine(
                        Arbitraries.of(1, 50, 300, 4096, 65536),
                        Arbitraries.of(1L, 5_000L, 20_000L, 64L << 20),
                        Arbitraries.of(1, 2, 17, 100, 1 << 18),
                        Arbitraries.of(1, 2, 3, 16, 256))
                .as(SegmentLimits::new);
    }

    @Property(tries = 150)
    void whatIsWrittenIsRead(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 120) int revisions,
            @ForAll("limits") SegmentLimits limits) {
        Random random = new Random(seed);
        List<Change> log = Logs.random(random, revisions, 1 + random.nextInt(40));
        List<LocalSegment> written = Logs.write(limits, log);
        List<Change> read = new ArrayList<>();
        for (LocalSegment local : written) {
            Segment segment = Segment.open(local);
            List<Change> expected = log.subList(read.size(), read.size() + local.records());
            checkAccess(random, segment, expected);
            segment.scan(read::add);
        }
        assertThat(read).isEqualTo(log);
        Logs.delete(written);
    }

    private static void checkAccess(Random random, Segment segment, List<Change> expected) {
        for (int i = 0; i < 3; i++) {
            int ordinal = random.nextInt(expected.size());
            assertThat(segment.read(ordinal)).isEqualTo(expected.get(ordinal));
            long main = expected.get(ordinal).main();
            long upTo = expected.stream().filter(c -> c.main() <= main).count();
            assertThat(segment.ordinalsUpTo(main)).isEqualTo((int) upTo);
        }
        RoaringBitmap some = new RoaringBitmap();
        List<Change> wanted = new ArrayList<>();
        for (int ordinal = 0; ordinal < expected.size(); ordinal++) {
            if (random.nextInt(7) == 0) {
                some.add(ordinal);
                wanted.add(expected.get(ordinal));
            }
        }
        List<Change> got = new ArrayList<>();
        segment.scan(some, got::add);
        assertThat(got).isEqualTo(wanted);
    }

    @Property(tries = 100)
    void theIndexHoldsEveryVersionInOrder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 150) int revisions,
            @ForAll("limits") SegmentLimits limits) {
        Random random = new Random(seed);
        int keys = 1 + random.nextInt(20);
        List<Change> log = Logs.random(random, revisions, keys);
        List<LocalSegment> written = Logs.write(limits, log);
        int done = 0;
        for (LocalSegment local : written) {
            List<Change> own = log.subList(done, done + local.records());
            TreeMap<byte[], List<KeyEntry>> oracle = new TreeMap<>(Arrays::compareUnsigned);
            for (int i = 0; i < own.size(); i++) {
                Change c = own.get(i);
                oracle.computeIfAbsent(c.key(), k -> new ArrayList<>())
                        .add(new KeyEntry(c.main(), c.sub(), i, c.isTombstone()));
            }
            checkIndex(random, Segment.open(local), oracle, keys);
            RoaringBitmap live = new RoaringBitmap();
            oracle.values()
                    .forEach(versions ->
                            live.add(versions.get(versions.size() - 1).ordinal()));
            assertThat(local.live()).isEqualTo(live);
            done += local.records();
        }
        Logs.delete(written);
    }

    private static void checkIndex(Random random, Segment segment, Map<byte[], List<KeyEntry>> oracle, int keys) {
        KeyCursor cursor = segment.index(random.nextInt(2000));
        oracle.forEach((key, versions) -> versions.forEach(version -> {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.key()).isEqualTo(key);
            assertThat(cursor.entry()).isEqualTo(version);
        }));
        assertThat(cursor.next()).isFalse();
        for (int id = 0; id < keys + 2; id++) {
            byte[] key = Logs.key(id);
            List<KeyEntry> versions = oracle.getOrDefault(key, List.of());
            assertThat(segment.versions(key)).isEqualTo(versions);
            long main = segment.ref().getFirstMain() - 1 + random.nextInt(segment.records() + 2);
            List<KeyEntry> upTo =
                    versions.stream().filter(v -> v.main() <= main).toList();
            assertThat(segment.find(key, main))
                    .isEqualTo(
                            upTo.isEmpty()
                                    ? java.util.Optional.empty()
                                    : java.util.Optional.of(upTo.get(upTo.size() - 1)));
        }
    }

    @Test
    void stockAvroReadsTheSameRecords() throws IOException {
        List<Change> log = Logs.random(new Random(7), 500, 50);
        List<LocalSegment> written = Logs.write(new SegmentLimits(2000, 64L << 20, 1 << 18, 16), log);
        assertThat(written).hasSize(1);
        List<Change> stock = new ArrayList<>();
        try (DataFileReader<GenericRecord> reader =
                new DataFileReader<>(written.get(0).data().toFile(), new GenericDatumReader<>())) {
            assertThat(reader.getMetaString("tidemark.format")).isEqualTo("1");
            assertThat(reader.getMetaString("avro.codec")).isEqualTo("zstandard");
            reader.forEach(r -> stock.add(new Change(
                    (Long) r.get("main"),
                    (Long) r.get("sub"),
                    (Boolean) r.get("tombstone")
                            ? dev.tidemark.schemas.ChangeType.DELETE
                            : dev.tidemark.schemas.ChangeType.PUT,
                    ((java.nio.ByteBuffer) r.get("key")).array(),
                    ((java.nio.ByteBuffer) r.get("value")).array(),
                    (Long) r.get("createRevision"),
                    (Long) r.get("version"),
                    (Long) r.get("lease"),
                    (Long) r.get("capturedAtMillis"),
                    (Long) r.get("notBeforeMillis"))));
        }
        assertThat(stock).isEqualTo(log);
        Logs.delete(written);
    }

    @Test
    void hugeKeysAndValuesPass() {
        byte[] key = new byte[1_500_000];
        byte[] value = new byte[1_500_000];
        new Random(1).nextBytes(value);
        List<Change> log = new ArrayList<>();
        for (int main = 2; main < 12; main++) {
            key = key.clone();
            key[key.length - 1] = (byte) main;
            log.add(Change.put(main, 0, key, value, main, 1, 0, 0, 0));
            log.add(Change.put(main, 1, new byte[0], new byte[0], main, 1, Long.MIN_VALUE, 0, Long.MAX_VALUE));
        }
        List<LocalSegment> written = Logs.write(SegmentLimits.DEFAULT, log);
        List<Change> read = new ArrayList<>();
        Segment segment = Segment.open(written.get(0));
        segment.scan(read::add);
        assertThat(read).isEqualTo(log);
        assertThat(segment.versions(new byte[0])).hasSize(10);
        assertThat(segment.find(key, 100)).contains(new KeyEntry(11, 0, 18, false));
        Logs.delete(written);
    }
}
