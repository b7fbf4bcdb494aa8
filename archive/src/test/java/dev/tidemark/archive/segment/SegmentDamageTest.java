package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.SegmentRef;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damaged objects are refused by name; they never give wrong data. */
class SegmentDamageTest {
    private static final SegmentLimits TINY = new SegmentLimits(120, 64L << 20, 1 << 18, 5);

    private final List<Change> log = Logs.random(new Random(3), 22, 8);
    private final Objects objects = new Objects();
    private List<LocalSegment> written;
    private SegmentRef ref;

    @BeforeEach
    void write() {
        written = Logs.write(TINY, log);
        assertThat(written).hasSize(1);
        ref = objects.add(written.get(0), 0);
    }

    @AfterEach
    void delete() {
        Logs.delete(written);
    }

    @Test
    void everyFlippedBitOfTheDataIsRefused() {
        everyFlippedBitIsRefused("0.avro");
    }

    @Test
    void everyFlippedBitOfTheIndexIsRefused() {
        everyFlippedBitIsRefused("0.idx");
    }

    private void everyFlippedBitIsRefused(String name) {
        List<Function<Segment, Object>> readings = List.of(
                SegmentDamageTest::scan,
                SegmentDamageTest::entries,
                segment -> segment.ordinalsUpTo(log.get(10).main()),
                segment -> segment.read(10),
                segment -> segment.find(log.get(10).key(), 12),
                segment -> segment.versions(log.get(10).key()));
        List<Object> right =
                readings.stream().map(reading -> reading.apply(open())).toList();
        byte[] whole = objects.bytes(name);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            objects.put(name, damaged);
            int refusals = 0;
            for (int i = 0; i < readings.size(); i++) {
                try {
                    assertThat(readings.get(i).apply(open()))
                            .as("reading %d with bit %d flipped", i, bit)
                            .isEqualTo(right.get(i));
                } catch (DamagedObjectException e) {
                    assertThat(e.object()).isEqualTo(name);
                    refusals++;
                }
            }
            assertThat(refusals).as("refusals with bit %d flipped", bit).isPositive();
        }
    }

    @Test
    void everyTruncationIsRefused() {
        for (String name : List.of("0.avro", "0.idx")) {
            byte[] whole = objects.bytes(name);
            for (int length = 0; length < whole.length; length++) {
                objects.put(name, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> scan(open()))
                        .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                                .isEqualTo(name));
            }
            objects.put(name, whole);
        }
    }

    @Test
    void aTruncatedLocalFileIsRefused() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(written.get(0).data().toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        assertThatThrownBy(() -> scan(Segment.open(written.get(0))))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining(written.get(0).data().toString());
    }

    @Test
    void anIndexOfAnotherSegmentIsRefused() {
        List<Change> other = new ArrayList<>(log);
        Change first = other.get(0);
        other.set(0, first.withTimes(first.capturedAtMillis() + 1, first.notBeforeMillis()));
        List<LocalSegment> others = Logs.write(TINY, other);
        objects.add(others.get(0), 1);
        objects.put("0.idx", objects.bytes("1.idx"));
        assertThatThrownBy(() -> scan(open()))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageStartingWith("0.idx");
        Logs.delete(others);
    }

    @Test
    void anUnknownIndexVersionIsRefused() {
        byte[] index = objects.bytes("0.idx").clone();
        ByteBuffer footer = ByteBuffer.wrap(index, index.length - 96, 96).slice();
        footer.put(84, (byte) 2);
        footer.putInt(88, Checksums.crc32c(index, index.length - 96, 88));
        objects.put("0.idx", index);
        assertThatThrownBy(() -> entries(open()))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void aFaultOnTheWayIsCountedAndFetchedAgain() {
        long faults = 0;
        for (int faulty = 0; faulty < 4; faulty++) {
            int[] left = {faulty};
            objects.transport(bytes -> {
                if (left[0]-- == 0) {
                    bytes[bytes.length - 5] ^= 4;
                }
                return bytes;
            });
            Segment segment = open();
            assertThat(segment.read(10)).isEqualTo(log.get(10));
            assertThat(entries(segment)).hasSize(2 * log.size());
            assertThat(scan(segment)).isEqualTo(log);
            faults += segment.transportFaults();
        }
        assertThat(faults).isEqualTo(4);
    }

    @Test
    void faultsThatDifferAtEachFetchAreNotCalledDamageAtRest() {
        Random random = new Random(5);
        objects.transport(bytes -> {
            random.nextBytes(bytes);
            return bytes;
        });
        assertThatThrownBy(() -> scan(open()))
                .isNotInstanceOf(DamagedObjectException.class)
                .isInstanceOfSatisfying(
                        ArchiveException.class, e -> assertThat(e.failure()).isEqualTo(Failure.UNAVAILABLE))
                .hasMessageContaining("0.idx");
    }

    @Test
    void aFailingSinkEndsTheScan() {
        IllegalStateException own = new IllegalStateException("enough");
        assertThatThrownBy(() -> open().scan(change -> {
                    throw own;
                }))
                .isSameAs(own);
    }

    private Segment open() {
        return Segment.open(objects.store(), "", ref);
    }

    private static List<Change> scan(Segment segment) {
        List<Change> changes = new ArrayList<>();
        segment.scan(changes::add);
        return changes;
    }

    private static List<Object> entries(Segment segment) {
        List<Object> entries = new ArrayList<>();
        KeyCursor cursor = segment.index();
        while (cursor.next()) {
            entries.add(Arrays.toString(cursor.key()));
            entries.add(cursor.entry());
        }
        return entries;
    }
}
