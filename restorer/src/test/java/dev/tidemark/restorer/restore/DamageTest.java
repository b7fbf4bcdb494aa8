package dev.tidemark.restorer.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.SampleLog;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.avro.SideRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamageTest {
    private static final Instant NOW = Instant.ofEpochMilli(SampleLog.capturedAt(10_000));

    @TempDir
    private Path directory;

    private MemoryStore store;
    private Path output;

    @BeforeEach
    void fill() throws IOException {
        store = new MemoryStore(Clock.systemUTC());
        output = Files.createDirectory(directory.resolve("output"));
        List<Change> log = SampleLog.random(new Random(5), 120, 15);
        SideRecord user = new SideRecord(
                "authUsers", ByteBuffer.wrap(new byte[] {1}), ByteBuffer.wrap("x".getBytes(StandardCharsets.UTF_8)));
        archive(store)
                .open(0, 40, null)
                .base(log, 20, 40, List.of(user))
                .checkpoint(log, 80, List.of())
                .checkpoint(log, 121, List.of());
    }

    private SampleArchive archive(ObjectStore in) {
        return new SampleArchive(in, directory, SampleArchive.SMALL);
    }

    private RestoreResult restore(ObjectStore from) {
        return new Restorer(archive(from).sources(NOW))
                .restore(
                        RestoreRequest.database(Target.revision(110), Output.newFile(output.resolve("db")))
                                .withoutBump(),
                        RestoreProgress.NONE);
    }

    @Test
    void aFlippedBitInAnyObjectThatIsReadIsRefusedByNameAndLeavesNoFile() throws IOException {
        String good = restore(store).sha256();
        Files.delete(output.resolve("db"));
        Set<String> refusedKinds = new TreeSet<>();
        Random random = new Random(7);
        for (ObjectInfo object : store.list("", "", 1000)) {
            for (int i = 0; i < 4; i++) {
                long at = i == 0 ? 0 : i == 1 ? object.bytes() - 1 : random.nextInt((int) object.bytes());
                if (isRefused(object.name(), at, good)) {
                    refusedKinds.add(kind(object.name()));
                }
            }
        }
        assertThat(refusedKinds).contains("avro", "idx", "side", "header", "base", "checkpoint");
    }

    /** Bytes that nobody read are nobody's business; all others are refused. */
    private boolean isRefused(String name, long at, String good) throws IOException {
        try {
            assertThat(restore(new AlteredStore(store, name, at)).sha256()).isEqualTo(good);
            Files.delete(output.resolve("db"));
            return false;
        } catch (TidemarkException e) {
            assertThat(e.failure()).as(name + " at " + at + ": " + e).isEqualTo(Failure.VERIFICATION);
            assertThat(e.getMessage()).contains(name.substring(name.lastIndexOf('/') + 1));
            try (Stream<Path> left = Files.list(output)) {
                assertThat(left).isEmpty();
            }
            return true;
        }
    }

    private static String kind(String name) {
        if (name.endsWith("side.avro")) {
            return "side";
        }
        if (name.contains("/g/")) {
            return "header";
        }
        if (name.contains("/m/")) {
            return name.contains("/base/") ? "base" : "checkpoint";
        }
        return name.substring(name.lastIndexOf('.') + 1);
    }

    @Test
    void aMissingSegmentIsNamed() {
        String lost = store.list("", "", 1000).stream()
                .map(ObjectInfo::name)
                .filter(name -> name.endsWith(".avro") && !name.endsWith("side.avro"))
                .reduce((one, other) -> other)
                .orElseThrow();
        store.delete(lost);
        assertThatThrownBy(() -> restore(store))
                .isInstanceOfSatisfying(
                        TidemarkException.class, e -> assertThat(e.failure()).isEqualTo(Failure.VERIFICATION))
                .hasMessageContaining(lost);
        assertThat(output).isEmptyDirectory();
    }
}
