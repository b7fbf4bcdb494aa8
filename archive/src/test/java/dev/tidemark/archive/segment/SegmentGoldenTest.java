package dev.tidemark.archive.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SegmentRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Segments written by format version 1 stay readable, byte for byte. The golden files were written once, by this test's
 * log and limits; compressed bytes may differ in what is written today, the content may not.
 */
class SegmentGoldenTest {
    private static final String DIGEST = "74bd0e496a50edac7c5d4107b563258f1e05098e58981163ce01b14e962961b7";

    private final List<Change> log = Logs.random(new Random(20_26), 60, 12);
    private final List<LocalSegment> today = Logs.write(new SegmentLimits(700, 64L << 20, 1 << 18, 16), log);
    private final Objects golden = new Objects();
    private final SegmentRef ref = golden.add(today.get(0), 0);

    @AfterEach
    void delete() {
        Logs.delete(today);
    }

    @Test
    void theGoldenFilesAreReadBack() throws IOException {
        byte[] data = resource("segment.avro");
        byte[] index = resource("segment.idx");
        golden.put("0.avro", data);
        golden.put("0.idx", index);
        Segment segment = Segment.open(golden.store(), "", goldenRef(data, index));
        List<Change> read = new ArrayList<>();
        segment.scan(read::add);
        assertThat(read).isEqualTo(log);
        KeyCursor old = segment.index();
        KeyCursor now = Segment.open(today.get(0)).index();
        while (now.next()) {
            assertThat(old.next()).isTrue();
            assertThat(old.key()).isEqualTo(now.key());
            assertThat(old.entry()).isEqualTo(now.entry());
        }
        assertThat(old.next()).isFalse();
        assertThat(segment.ordinalsUpTo(30))
                .isEqualTo((int) log.stream().filter(c -> c.main() <= 30).count());
    }

    @Test
    void whatIsWrittenTodayHasTheSameHeaderAndKeys() throws IOException {
        byte[] data = resource("segment.avro");
        assertThat(SchemaNormalization.parsingFingerprint64(ContainerHeader.schema("golden", data)))
                .isEqualTo(RecordCodec.FINGERPRINT);
        assertThat(data).endsWith(ContainerHeader.of(log.get(0)).sync());
        byte[] index = resource("segment.idx");
        IndexFooter footer = IndexFooter.parse(
                "golden",
                IndexFooter.Layout.SEGMENT,
                index.length,
                Arrays.copyOfRange(index, index.length - IndexFooter.LENGTH, index.length));
        byte[] written = Files.readAllBytes(today.get(0).index());
        int keysAndColumn = (int) footer.column().end();
        assertThat(Arrays.copyOf(written, keysAndColumn)).isEqualTo(Arrays.copyOf(index, keysAndColumn));
    }

    @Test
    void theContentDigestIsTheOneOfVersionOne() {
        ContentDigest digest = new ContentDigest();
        log.forEach(digest::record);
        digest.live(List.of(ref), List.of(today.get(0).live()));
        assertThat(digest.finish(2, 61, 5)).isEqualTo(DIGEST);
    }

    private SegmentRef goldenRef(byte[] data, byte[] index) {
        IndexFooter footer = IndexFooter.parse(
                "golden",
                IndexFooter.Layout.SEGMENT,
                index.length,
                Arrays.copyOfRange(index, index.length - IndexFooter.LENGTH, index.length));
        byte[] table = Arrays.copyOfRange(index, (int) footer.blockTable().offset(), (int)
                footer.blockTable().end());
        return new SegmentRef(
                new ObjectRef("0.avro", (long) data.length, Checksums.sha256Hex(data)),
                new ObjectRef("0.idx", (long) index.length, Checksums.sha256Hex(index)),
                Checksums.sha256Hex(table),
                footer.records(),
                footer.firstMain(),
                footer.firstSub(),
                ref.getLastMain(),
                ref.getLastSub(),
                ref.getFirstCapturedAtMillis(),
                ref.getLastCapturedAtMillis());
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = SegmentGoldenTest.class.getResourceAsStream("/golden/v1/" + name)) {
            return in.readAllBytes();
        }
    }
}
