package dev.tidemark.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.DensityException;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.SchemaException;
import dev.tidemark.schemas.avro.WireRevisionBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicCodecTest {
    private static final String GENERATION = "01JC0000000000000000000000";

    private Path spool;
    private TopicDecoder decoder;
    private final TopicEncoder encoder = new TopicEncoder();

    @BeforeEach
    @BeforeTry
    void openSpool() throws IOException {
        spool = Files.createTempDirectory("codec");
        decoder = new TopicDecoder(spool);
    }

    @AfterEach
    @AfterTry
    void spoolIsEmptyAtTheEnd() throws IOException {
        decoder.close();
        try (Stream<Path> left = Files.list(spool)) {
            assertThat(left).isEmpty();
        }
        Files.delete(spool);
    }

    @Property(tries = 300)
    void whatIsEncodedComesBack(@ForAll("revisions") List<Change> changes, @ForAll("leases") List<LeaseTtl> leases) {
        Recorded recorded = decode(encoder.encodeRevisions(GENERATION, leases, changes));

        assertThat(recorded.changes()).isEqualTo(changes);
        assertThat(((TopicEvent.Revisions) recorded.events.get(0)).leases()).isEqualTo(leases);
        assertThat(recorded.events).allMatch(event -> event.generation().equals(GENERATION));
    }

    @Property(tries = 50)
    void aRevisionComesBackFromPartsAsFromABatch(@ForAll("revisions") List<Change> changes) {
        List<Change> one = changes.stream()
                .filter(change -> change.main() == changes.get(0).main())
                .toList();
        List<byte[]> records = new ArrayList<>();
        encoder.encodeLargeRevision(GENERATION, List.of(new LeaseTtl(7, 60)), one.size(), one, records::add);

        assertThat(records).hasSizeGreaterThanOrEqualTo(2);
        assertThat(decode(records).changes()).isEqualTo(one);
    }

    @Property(tries = 100)
    void stockAvroReadsABatch(@ForAll("revisions") List<Change> changes) throws IOException {
        byte[] record = encoder.encodeRevisions(GENERATION, List.of(), changes).get(0);

        GenericRecord read = new GenericDatumReader<GenericRecord>(WireRevisionBatch.getClassSchema())
                .read(
                        null,
                        DecoderFactory.get()
                                .binaryDecoder(
                                        record,
                                        WireFormat.HEADER_BYTES,
                                        record.length - WireFormat.HEADER_BYTES,
                                        null));

        List<Change> back = new ArrayList<>();
        for (Object revision : (GenericData.Array<?>) read.get("revisions")) {
            fromGeneric((GenericRecord) revision, back);
        }
        assertThat(back).isEqualTo(changes);
    }

    @Property(tries = 10)
    void noFlippedByteOfAPartRunPassesUnseen(@ForAll Random random) {
        List<Change> revision = new ArrayList<>();
        for (int sub = 0; sub < 5; sub++) {
            byte[] value = new byte[random.nextInt(60)];
            random.nextBytes(value);
            revision.add(Change.put(9, sub, new byte[] {1, (byte) sub}, value, 9, 1, 7, 1000, 990));
        }
        List<byte[]> records = new ArrayList<>();
        List<LeaseTtl> leases = List.of(new LeaseTtl(7, 60), new LeaseTtl(8, LeaseTtl.UNKNOWN));
        encoder.encodeLargeRevision(GENERATION, leases, revision.size(), revision, records::add);

        for (byte[] record : records) {
            for (int at = 0; at < record.length; at++) {
                byte original = record[at];
                record[at] ^= (byte) (1 + random.nextInt(255));
                assertRefused(records, at);
                record[at] = original;
            }
        }
        assertThat(decode(records).changes()).isEqualTo(revision);
    }

    private void assertRefused(List<byte[]> records, int at) {
        Recorded recorded = new Recorded();
        try {
            records.forEach(record -> decoder.decode(record, recorded));
        } catch (SchemaException refused) {
            return;
        } finally {
            decoder.close();
        }
        assertThat(recorded.events).as("what came of a flip at byte %d", at).isEmpty();
    }

    @Test
    void controlRecordsComeBack() {
        GenerationEnd end = new GenerationEnd(GENERATION, 41, GenerationEnd.Cause.COMPACTED, "too late", 42, 99);
        List<TopicEvent> events = new ArrayList<>();
        for (GenerationEnd previous : new GenerationEnd[] {null, end}) {
            TopicEvent.GenerationOpened opened =
                    new TopicEvent.GenerationOpened(GENERATION, "prod", -5, "3.6.16", 100, 1234, previous);
            events.add(opened);
            decode(List.of(encoder.encode(opened)));
        }
        TopicEvent.BaseReady ready = new TopicEvent.BaseReady(GENERATION, 100, "d/g/a/base", "ab".repeat(32));
        TopicEvent.Progress progress = new TopicEvent.Progress(GENERATION, 120, 77);
        TopicEvent.Tick tick = new TopicEvent.Tick(GENERATION, 78);
        TopicEvent.SideReady side =
                new TopicEvent.SideReady(GENERATION, 130, 9, 1234, "d/g/a/side.avro", 77, "cd".repeat(32));
        events.addAll(List.of(ready, progress, tick, side));

        List<byte[]> records = new ArrayList<>();
        records.add(encoder.encode((TopicEvent.GenerationOpened) events.get(0)));
        records.add(encoder.encode((TopicEvent.GenerationOpened) events.get(1)));
        records.add(encoder.encode(ready));
        records.add(encoder.encode(progress));
        records.add(encoder.encode(tick));
        records.add(encoder.encode(side));

        assertThat(decode(records).events).isEqualTo(events);
    }

    @Test
    void everyCauseOfAnEndComesBack() {
        for (GenerationEnd.Cause cause : GenerationEnd.Cause.values()) {
            GenerationEnd end = new GenerationEnd(GENERATION, 1, cause, "", 0, 0);
            TopicEvent.GenerationOpened opened =
                    new TopicEvent.GenerationOpened(GENERATION, "c", 1, "3.5.35", 1, 1, end);
            assertThat(decode(List.of(encoder.encode(opened))).events).containsExactly(opened);
        }
    }

    @Test
    void batchesCloseNearHalfAMebibyteAndNoRecordIsTooLarge() {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            changes.add(put(100 + i, 0, "key-" + i, new byte[1000]));
        }
        changes.add(put(3100, 0, "large", new byte[1_400_000]));
        changes.add(put(3101, 0, "after", new byte[10]));

        List<byte[]> records = encoder.encodeRevisions(GENERATION, List.of(new LeaseTtl(1, 1)), changes);

        assertThat(records).hasSizeBetween(6, 9).allMatch(record -> record.length <= TopicEncoder.MAX_RECORD_BYTES);
        assertThat(decode(records).changes()).isEqualTo(changes);
    }

    @Test
    void aMillionDeletionsInOneRevisionPass() {
        Iterable<Change> deletions = () -> Stream.iterate(0, i -> i + 1)
                .limit(1_000_000)
                .map(i -> Change.delete(5, i, key(i), 1, 1))
                .iterator();
        long[] seen = {0};
        encoder.encodeLargeRevision(
                GENERATION, List.of(), 1_000_000, deletions, record -> decoder.decode(record, new Counting(seen)));
        assertThat(seen[0]).isEqualTo(1_000_000);
    }

    @Test
    void aGapInsideARecordIsRefusedWithItsRange() {
        List<Change> gap = List.of(put(5, 0, "a", new byte[1]), put(8, 0, "b", new byte[1]));
        assertThatThrownBy(() -> encoder.encodeRevisions(GENERATION, List.of(), gap))
                .isInstanceOfSatisfying(
                        DensityException.class, e -> assertThat(e.hole()).contains(new RevisionRange(6, 7)));

        assertThatThrownBy(() -> encoder.encodeRevisions(GENERATION, List.of(), List.of(put(5, 1, "a", new byte[1]))))
                .hasMessageContaining("expected sub revision 0");
    }

    @Test
    void anUnknownFingerprintIsNamed() {
        byte[] record = encoder.encode(new TopicEvent.Tick(GENERATION, 1));
        record[9] ^= 0x40;
        assertThatThrownBy(() -> decoder.decode(record, new Recorded()))
                .isInstanceOf(SchemaException.class)
                .hasMessageMatching("unknown schema fingerprint [0-9a-f]{16}");
    }

    @Test
    void aRecordWithoutAValueIsRefusedLikeAnyForeignOne() {
        assertThatThrownBy(() -> decoder.decode(null, new Recorded()))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("not a record of Tidemark");
        assertThatThrownBy(() -> decoder.isContinuation(null)).isInstanceOf(SchemaException.class);
    }

    @Test
    void truncatedRecordsAreRefusedWithTheirFingerprint() {
        byte[] record = encoder.encodeRevisions(GENERATION, List.of(), List.of(put(5, 0, "a", new byte[9])))
                .get(0);
        for (int length = 0; length < record.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(record, length);
            assertThatThrownBy(() -> decoder.decode(cut, new Recorded())).isInstanceOf(SchemaException.class);
        }
        byte[] cut = java.util.Arrays.copyOf(record, record.length - 1);
        assertThatThrownBy(() -> decoder.decode(cut, new Recorded()))
                .hasMessageContaining("WireRevisionBatch")
                .hasMessageContaining(String.format("%016x", WireFormat.fingerprint(record)));
    }

    @Test
    void partsOutOfOrderAreRefused() {
        List<byte[]> records = new ArrayList<>();
        List<Change> revision = List.of(put(5, 0, "large", new byte[3_000_000]));
        encoder.encodeLargeRevision(GENERATION, List.of(), 1, revision, records::add);
        byte[] tick = encoder.encode(new TopicEvent.Tick(GENERATION, 1));

        assertThatThrownBy(() -> decode(List.of(records.get(1)))).hasMessageContaining("begins with part 1");
        assertThatThrownBy(() -> decode(List.of(records.get(0), records.get(2))))
                .hasMessageContaining("part 1 of 4");
        assertThatThrownBy(() -> decode(List.of(records.get(0), tick))).hasMessageContaining("WireTick came before");
        assertThat(decoder.isContinuation(records.get(0))).isFalse();
        assertThat(decoder.isContinuation(records.get(1))).isTrue();
        assertThat(decoder.isContinuation(tick)).isFalse();
        assertThat(decode(records).changes()).isEqualTo(revision);
        assertThat(decoder.isInsideRevision()).isFalse();
    }

    private Recorded decode(List<byte[]> records) {
        Recorded recorded = new Recorded();
        records.forEach(record -> decoder.decode(record, recorded));
        return recorded;
    }

    private static byte[] key(int i) {
        return ("/registry/some/prefix/" + i).getBytes(StandardCharsets.UTF_8);
    }

    private static Change put(long main, long sub, String key, byte[] value) {
        return Change.put(main, sub, key.getBytes(StandardCharsets.UTF_8), value, main, 1, 0, 50, 40);
    }

    private static void fromGeneric(GenericRecord revision, List<Change> back) {
        long main = (long) revision.get("main");
        long sub = 0;
        for (Object element : (GenericData.Array<?>) revision.get("changes")) {
            GenericRecord change = (GenericRecord) element;
            long capturedAt = (long) revision.get("capturedAtMillis");
            long notBefore = (long) revision.get("notBeforeMillis");
            byte[] key = ((ByteBuffer) change.get("key")).array();
            back.add(
                    change.get("type").toString().equals("DELETE")
                            ? Change.delete(main, sub, key, capturedAt, notBefore)
                            : Change.put(
                                    main,
                                    sub,
                                    key,
                                    ((ByteBuffer) change.get("value")).array(),
                                    (long) change.get("createRevision"),
                                    (long) change.get("version"),
                                    (long) change.get("lease"),
                                    capturedAt,
                                    notBefore));
            sub++;
        }
    }

    @Provide
    Arbitrary<List<LeaseTtl>> leases() {
        Arbitrary<Long> ids = Arbitraries.longs().filter(id -> id != 0);
        return Combinators.combine(ids, Arbitraries.longs().between(-1, 1L << 40))
                .as(LeaseTtl::new)
                .list()
                .ofMaxSize(5);
    }

    @Provide
    Arbitrary<List<Change>> revisions() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        Arbitrary<Change> change = Combinators.combine(
                        Arbitraries.of(true, false),
                        bytes,
                        bytes,
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        Arbitraries.longs().between(1, 1L << 40),
                        Arbitraries.longs())
                .as((put, key, value, create, version, lease) -> put
                        ? Change.put(0, 0, key, value, create, version, lease, 0, 0)
                        : Change.delete(0, 0, key, 0, 0));
        Arbitrary<List<List<Change>>> revisions =
                change.list().ofMinSize(1).ofMaxSize(4).list().ofMinSize(1).ofMaxSize(20);
        Arbitrary<Long> first = Arbitraries.longs().between(1, Long.MAX_VALUE / 2);
        return Combinators.combine(first, Arbitraries.longs().between(0, 1L << 45), revisions)
                .as(TopicCodecTest::numbered);
    }

    private static List<Change> numbered(long first, long at, List<List<Change>> revisions) {
        List<Change> numbered = new ArrayList<>();
        for (int r = 0; r < revisions.size(); r++) {
            for (int sub = 0; sub < revisions.get(r).size(); sub++) {
                Change c = revisions.get(r).get(sub);
                numbered.add(new Change(
                        first + r,
                        sub,
                        c.type(),
                        c.key(),
                        c.value(),
                        c.createRevision(),
                        c.version(),
                        c.lease(),
                        at + r,
                        at));
            }
        }
        return numbered;
    }

    /** Counts changes without keeping them. */
    private static final class Counting implements TopicVisitor {
        private final long[] seen;

        Counting(long[] seen) {
            this.seen = seen;
        }

        @Override
        public void revisions(TopicEvent.Revisions event) {
            for (Change change : event.changes()) {
                assertThat(change.sub()).isEqualTo(seen[0]);
                seen[0]++;
            }
        }

        @Override
        public void opened(TopicEvent.GenerationOpened event) {
            throw new UncheckedIOException(new IOException("unexpected"));
        }

        @Override
        public void baseReady(TopicEvent.BaseReady event) {
            throw new UncheckedIOException(new IOException("unexpected"));
        }

        @Override
        public void sideReady(TopicEvent.SideReady event) {
            throw new UncheckedIOException(new IOException("unexpected"));
        }

        @Override
        public void progress(TopicEvent.Progress event) {
            throw new UncheckedIOException(new IOException("unexpected"));
        }

        @Override
        public void tick(TopicEvent.Tick event) {
            throw new UncheckedIOException(new IOException("unexpected"));
        }
    }
}
