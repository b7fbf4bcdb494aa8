package dev.tidemark.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The records of format version 1, byte by byte: a change here is a change of docs/format.md. */
class TopicGoldenTest {
    private static final String GENERATION = "01JDB3Z6V5KQ8S5G4N7T2R9WXY";

    @TempDir
    Path spool;

    @Test
    void recordsOfVersion1AreWrittenAsTheyWere() {
        assertThat(String.join("\n", written())).isEqualToIgnoringNewLines(golden());
    }

    @Test
    void recordsOfVersion1AreReadAsTheyWereMeant() {
        Recorded recorded = new Recorded();
        try (TopicDecoder decoder = new TopicDecoder(spool)) {
            golden().lines()
                    .map(line -> line.substring(line.indexOf(' ') + 1))
                    .forEach(hex -> decoder.decode(HexFormat.of().parseHex(hex), recorded));
        }
        List<TopicEvent> expected = new ArrayList<>(events());
        assertThat(recorded.events).hasSize(expected.size() + 2).containsAll(expected);
        List<Change> changes = new ArrayList<>(changes());
        changes.addAll(changes());
        assertThat(recorded.changes()).isEqualTo(changes);
    }

    private static List<TopicEvent> events() {
        return List.of(
                new TopicEvent.GenerationOpened(
                        GENERATION, "prod", 0xcdf818194e3a8c32L, "3.6.16", 4711, 1_764_000_000_000L, null),
                new TopicEvent.GenerationOpened(
                        GENERATION,
                        "prod",
                        0xcdf818194e3a8c32L,
                        "3.7.3",
                        9000,
                        1_764_000_100_000L,
                        new GenerationEnd(GENERATION, 5000, GenerationEnd.Cause.COMPACTED, "too late", 5001, 8000)),
                new TopicEvent.BaseReady(GENERATION, 4711, "d/" + GENERATION + "/a/base", "0f".repeat(32)),
                new TopicEvent.Progress(GENERATION, 4711, 1_764_000_000_001L),
                new TopicEvent.Tick(GENERATION, 1_764_000_000_002L),
                new TopicEvent.SideReady(
                        GENERATION,
                        4800,
                        17,
                        1_764_000_000_003L,
                        "d/" + GENERATION + "/a/side.avro",
                        321,
                        "a5".repeat(32)));
    }

    private static List<Change> changes() {
        byte[] key = {0, (byte) 0xff, 'k'};
        return List.of(
                Change.put(4712, 0, key, "value".getBytes(StandardCharsets.UTF_8), 4700, 3, 0x123456789abcdefL, 20, 10),
                Change.delete(4712, 1, key, 20, 10));
    }

    private static List<String> written() {
        TopicEncoder encoder = new TopicEncoder();
        List<LeaseTtl> leases = List.of(new LeaseTtl(0x123456789abcdefL, 60), new LeaseTtl(-1, LeaseTtl.UNKNOWN));
        List<String> lines = new ArrayList<>();
        lines.add(line("opened", encoder.encode((TopicEvent.GenerationOpened) events().get(0))));
        lines.add(line("reopened", encoder.encode((TopicEvent.GenerationOpened) events().get(1))));
        lines.add(line("base-ready", encoder.encode((TopicEvent.BaseReady) events().get(2))));
        lines.add(line("progress", encoder.encode((TopicEvent.Progress) events().get(3))));
        lines.add(line("tick", encoder.encode((TopicEvent.Tick) events().get(4))));
        encoder.encodeRevisions(GENERATION, leases, changes(), record -> lines.add(line("batch", record)));
        encoder.encodeLargeRevision(GENERATION, leases, 2, changes(), record -> lines.add(line("part", record)));
        lines.add(line("side-ready", encoder.encode((TopicEvent.SideReady) events().get(5))));
        return lines;
    }

    private static String line(String name, byte[] record) {
        return name + " " + HexFormat.of().formatHex(record);
    }

    private static String golden() {
        try (InputStream in = TopicGoldenTest.class.getResourceAsStream("/golden/topic-v1.hex")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
