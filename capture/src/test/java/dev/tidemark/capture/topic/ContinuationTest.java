package dev.tidemark.capture.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.capture.generation.TailState;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.topic.GenerationEnd;
import dev.tidemark.schemas.topic.TopicEncoder;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the records that were not committed may be written again. */
class ContinuationTest {
    private static final byte[] KEY = bytes("prod");

    @TempDir
    Path spool;

    private final TopicEncoder encoder = new TopicEncoder();
    /** What stands after the readable end, which is revision 100 of generation g. */
    private final List<byte[]> records = new ArrayList<>();

    @Test
    void revisionsThatFollowEachOther() {
        revisions("g", 101, 105);
        revisions("g", 106, 106);
        assertContinuing(106, 0, 1);
    }

    @Test
    void eachOnlyOnceHoweverOftenItWasTried() {
        for (int i = 0; i < 3; i++) {
            opened("h", 300, "g");
            announced("h");
            side("h");
            revisions("h", 301, 305);
        }
        assertContinuing(305, 0, 1, 2, 3);
    }

    @Test
    void nothingBehindAGapOrOfAnotherGeneration() {
        revisions("g", 102, 105);
        revisions("h", 101, 105);
        opened("h", 300, "f");
        revisions("h", 301, 301);
        assertContinuing(100);
    }

    @Test
    void theStandingGenerationIsNotOpenedAgain() {
        opened("g", 50, "f");
        revisions("g", 51, 60);
        revisions("g", 101, 102);
        assertContinuing(102, 2);
    }

    @Test
    void theFirstGenerationOfATopicThatSaysNothing() {
        opened("g", 50, null);
        revisions("g", 51, 60);
        Continuation continuation = read(new TailState());
        assertThat(continuation.last()).isEqualTo(60);
        assertThat(continuation.size()).isEqualTo(2);
    }

    @Test
    void notWhatOnlyTellsTime() {
        records.add(encoder.encode(new TopicEvent.Tick("g", 7)));
        records.add(encoder.encode(new TopicEvent.Progress("g", 100, 7)));
        assertContinuing(100);
    }

    @Test
    void aRevisionInPartsIfAllOfThemAreThere() {
        List<byte[]> parts = parts(101);
        assertThat(parts).hasSizeGreaterThan(2);
        // killed on the way, ended by an empty record, killed again, and at last whole
        records.addAll(parts.subList(0, parts.size() - 1));
        records.add(new byte[0]);
        records.addAll(parts.subList(0, 1));
        int whole = records.size();
        records.addAll(parts);
        revisions("g", 102, 103);
        assertContinuing(
                103, LongStream.rangeClosed(whole, whole + parts.size()).toArray());
    }

    @Test
    void noBeginningOfARevisionWithoutItsEnd() {
        revisions("g", 101, 101);
        records.addAll(parts(102).subList(0, 2));
        assertContinuing(101, 0);
    }

    @Test
    void nothingOfAnotherCluster() {
        revisions("g", 101, 101);
        try (Continuation continuation = new Continuation(standing(), bytes("stage"), spool)) {
            continuation.take(record(0, records.get(0)));
            assertThat(continuation.size()).isZero();
        }
    }

    private void assertContinuing(long last, long... offsets) {
        Continuation continuation = read(standing());
        assertThat(LongStream.range(0, records.size()).filter(continuation::has))
                .containsExactly(LongStream.of(offsets).boxed().toArray(Long[]::new));
        assertThat(continuation.last()).isEqualTo(last);
    }

    private Continuation read(TailState readable) {
        try (Continuation continuation = new Continuation(readable, KEY, spool)) {
            for (int offset = 0; offset < records.size(); offset++) {
                continuation.take(record(offset, records.get(offset)));
            }
            return continuation;
        }
    }

    private static TailState standing() {
        TailState state = new TailState();
        state.progress(new TopicEvent.Progress("g", 100, 5));
        return state;
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, byte[] value) {
        return new ConsumerRecord<>("topic", 0, offset, KEY, value);
    }

    private void revisions(String generation, long first, long last) {
        List<Change> changes = LongStream.rangeClosed(first, last)
                .mapToObj(main -> Change.put(main, 0, bytes("key"), bytes("value"), main, 1, 0, 5, 4))
                .toList();
        encoder.encodeRevisions(generation, List.of(), changes, records::add);
    }

    /** The records of one revision of three megabytes. */
    private List<byte[]> parts(long main) {
        List<Change> changes = LongStream.range(0, 3)
                .mapToObj(sub -> Change.put(main, sub, bytes("key" + sub), new byte[1_000_000], main, 1, 0, 5, 4))
                .toList();
        List<byte[]> parts = new ArrayList<>();
        encoder.encodeRevisions("g", List.of(), changes, parts::add);
        return parts;
    }

    private void opened(String generation, long base, String before) {
        GenerationEnd previous =
                before == null ? null : new GenerationEnd(before, 100, GenerationEnd.Cause.COMPACTED, "", 101, base);
        records.add(
                encoder.encode(new TopicEvent.GenerationOpened(generation, "prod", 7, "3.6.16", base, 10, previous)));
    }

    private void announced(String generation) {
        records.add(encoder.encode(new TopicEvent.BaseReady(generation, 300, "d/base", "ab".repeat(32))));
    }

    private void side(String generation) {
        records.add(
                encoder.encode(new TopicEvent.SideReady(generation, 300, 1, 10, "d/side.avro", 10, "ab".repeat(32))));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
