package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each file of these segments is whole by itself; the two do not belong together. */
class SegmentAuditTest {
    private static final SegmentLimits LIMITS = new SegmentLimits(256, 1 << 20, 1_000, 8);
    private static final int RECORDS = 60;

    @TempDir
    private Path directory;

    private static List<Change> records(int otherKey) {
        List<Change> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            String key = i == otherKey ? "key-9" : "key-" + i % 7;
            records.add(Change.put(
                    10 + i / 2,
                    i % 2,
                    key.getBytes(StandardCharsets.US_ASCII),
                    new byte[20],
                    1,
                    1,
                    0,
                    1_000 + i,
                    900 + i));
        }
        return records;
    }

    private LocalSegment write(List<Change> records) throws IOException {
        try (SegmentCutter cutter = new SegmentCutter(Files.createTempDirectory(directory, "cut"), LIMITS)) {
            records.forEach(cutter::append);
            return cutter.finish().get(0);
        }
    }

    /** The same data with the index of other records. */
    private Segment withIndexOf(LocalSegment segment, List<Change> others) throws IOException {
        byte[] index = Files.readAllBytes(segment.index());
        byte[] end = Arrays.copyOfRange(index, index.length - IndexFooter.LENGTH, index.length);
        IndexFooter footer = IndexFooter.parse("index", IndexFooter.Layout.SEGMENT, index.length, end);
        byte[] table = Arrays.copyOfRange(
                index,
                Math.toIntExact(footer.blockTable().offset()),
                Math.toIntExact(footer.blockTable().end()));
        IndexWriter writer = new IndexWriter(LIMITS.indexBlockEntries());
        others.forEach(writer::add);
        Path file = directory.resolve("other.idx");
        SegmentRef ref = segment.summary();
        ObjectRef written =
                writer.write(file, writer.order(), table, ref.getData().getBytes());
        SegmentRef both = new SegmentRef(
                ref.getData(),
                written,
                ref.getBlockTableSha256(),
                ref.getRecords(),
                ref.getFirstMain(),
                ref.getFirstSub(),
                ref.getLastMain(),
                ref.getLastSub(),
                ref.getFirstCapturedAtMillis(),
                ref.getLastCapturedAtMillis());
        return Segment.open(new LocalSegment(segment.data(), file, both, segment.live()));
    }

    @Test
    void filesThatBelongTogetherPassAndGiveEveryRecord() throws IOException {
        List<Change> seen = new ArrayList<>();
        long schema = SegmentAudit.run(Segment.open(write(records(-1))), seen::add);
        assertThat(seen).isEqualTo(records(-1));
        assertThat(schema).isEqualTo(RecordCodec.FINGERPRINT);
        SegmentAudit.run(withIndexOf(write(records(-1)), records(-1)), change -> {});
    }

    @Test
    void anIndexThatNamesAnotherKeyIsNamed() throws IOException {
        LocalSegment segment = write(records(-1));
        for (int other : new int[] {0, 1, 31, RECORDS - 1}) {
            Segment mixed = withIndexOf(segment, records(other));
            assertThatThrownBy(() -> SegmentAudit.run(mixed, change -> {}))
                    .isInstanceOfSatisfying(DamagedObjectException.class, e -> assertThat(e.object())
                            .endsWith("other.idx"))
                    .hasMessageContaining("is not that record's");
        }
    }

    @Test
    void anIndexThatCallsAPutADeletionIsNamed() throws IOException {
        List<Change> records = records(-1);
        Change put = records.get(5);
        records.set(5, Change.delete(put.main(), put.sub(), put.key(), 0, 0));
        Segment mixed = withIndexOf(write(records(-1)), records);
        assertThatThrownBy(() -> SegmentAudit.run(mixed, change -> {})).isInstanceOf(DamagedObjectException.class);
    }

    @Test
    void anIndexOfOtherRevisionsIsNamed() throws IOException {
        List<Change> records = records(-1);
        records.set(5, Change.put(12, 2, records.get(5).key(), new byte[20], 1, 1, 0, 1_005, 905));
        Segment mixed = withIndexOf(write(records(-1)), records);
        assertThatThrownBy(() -> SegmentAudit.run(mixed, change -> {})).isInstanceOf(DamagedObjectException.class);
    }
}
