package dev.tidemark.restorer.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.restorer.SampleArchive;
import dev.tidemark.restorer.Sources;
import dev.tidemark.restorer.output.Output;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Change;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore of 200 MB in a JVM that has 64 MB of heap. */
class BoundedMemoryIT {
    private static final int KEYS = 100_000;
    private static final int VALUE = 2_000;

    @TempDir
    private Path directory;

    @Test
    void twoHundredMegabytesAreRestoredWithSixtyFourOfHeap() throws Exception {
        Files.createDirectory(directory.resolve("store"));
        fill();
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path").replace("${path.separator}", File.pathSeparator),
                        BoundedMemoryIT.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        assertThat(said).contains("keys " + KEYS);
        assertThat(directory.resolve("restored.db")).exists();
        assertThat(Files.size(directory.resolve("restored.db"))).isGreaterThan((long) KEYS * VALUE);
    }

    private void fill() throws IOException {
        Random random = new Random(1);
        try (ObjectStore store = store(directory)) {
            SampleArchive archive = new SampleArchive(store, directory, SegmentLimits.DEFAULT)
                    .open(0, 1, null)
                    .base(List.of(), 1, 1, List.of());
            for (int from = 0; from < KEYS; from += 25_000) {
                List<Change> part = new ArrayList<>();
                for (int i = from; i < from + 25_000; i++) {
                    byte[] value = new byte[VALUE];
                    random.nextBytes(value);
                    byte[] key = ("/registry/" + i * 31L % KEYS).getBytes(StandardCharsets.US_ASCII);
                    part.add(Change.put(i + 2L, 0, key, value, i + 2L, 1, 0, i, i));
                }
                archive.checkpoint(part, from + 25_001L, List.of());
            }
        }
    }

    private static ObjectStore store(Path directory) {
        return ObjectStores.open(
                ArchiveSettings.inDirectory(directory.resolve("store").toUri()));
    }

    /** The restore itself, in the child. */
    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        try (ObjectStore store = store(directory)) {
            Sources sources = new SampleArchive(store, directory, SegmentLimits.DEFAULT).sources(Instant.now());
            RestoreResult result = new Restorer(sources)
                    .restore(
                            RestoreRequest.database(Target.latest(), Output.newFile(directory.resolve("restored.db"))),
                            RestoreProgress.NONE);
            System.out.println("keys " + result.keys());
        }
    }
}
