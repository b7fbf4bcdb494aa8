package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer refuses, and what it leaves behind. */
class EtcdDatabaseWriterTest {
    private static final byte[] KEY = {'k'};
    private static final byte[] VALUE = {'v'};

    @TempDir
    private Path directory;

    @Test
    void refusesALiveKeyWhoseLeaseHasNoRecord() throws IOException {
        Path path = directory.resolve("a.db");
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(path, 3)) {
            writer.append(Change.put(2, 0, KEY, VALUE, 2, 1, 0xabc, 0, 0), Liveness.LIVE);
            assertThatThrownBy(() -> writer.finish(FileContents.of(List.of(new LeaseTtl(5, 60)))))
                    .isInstanceOfSatisfying(MissingLeaseException.class, e -> assertThat(e.lease())
                            .isEqualTo(0xabc))
                    .hasMessageContaining("lease abc");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void aSupersededRecordMayNameALeaseThatIsGone() {
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(directory.resolve("a.db"), 0)) {
            writer.append(Change.put(2, 0, KEY, VALUE, 2, 1, 0xabc, 0, 0), Liveness.SUPERSEDED);
            writer.append(Change.delete(3, 0, KEY, 0, 0), Liveness.LIVE);
            WrittenDatabase written = writer.finish(FileContents.of(List.of()));
            assertThat(written.records()).isEqualTo(2);
            assertThat(written.hashKv()).isEmpty();
        }
    }

    @Test
    void refusesLeasesTwiceOrWithoutTtl() {
        for (List<LeaseTtl> leases :
                List.of(List.of(new LeaseTtl(1, 5), new LeaseTtl(1, 6)), List.of(new LeaseTtl(1, LeaseTtl.UNKNOWN)))) {
            try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(directory.resolve("a.db"), 3)) {
                assertThatThrownBy(() -> writer.finish(FileContents.of(leases)))
                        .isInstanceOf(EtcdFileException.class)
                        .hasMessageContaining("lease 1");
            }
        }
    }

    @Test
    void refusesRecordsOutOfOrderOrUnsound() {
        List<Change> bad = List.of(
                Change.put(5, 1, KEY, VALUE, 2, 1, 0, 0, 0),
                Change.put(4, 9, KEY, VALUE, 2, 1, 0, 0, 0),
                Change.put(6, 0, KEY, VALUE, 7, 1, 0, 0, 0),
                Change.put(6, 0, KEY, VALUE, 2, 0, 0, 0, 0),
                Change.put(6, -1, KEY, VALUE, 2, 1, 0, 0, 0));
        for (Change change : bad) {
            try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(directory.resolve("a.db"), 3)) {
                writer.append(Change.put(5, 1, KEY, VALUE, 2, 1, 0, 0, 0), Liveness.LIVE);
                assertThatThrownBy(() -> writer.append(change, Liveness.LIVE))
                        .as(change.toString())
                        .isInstanceOf(EtcdFileException.class);
            }
        }
    }

    @Test
    void leavesWhatStoodThereUntilTheNewFileIsWhole() throws IOException {
        Path path = directory.resolve("a.db");
        Files.writeString(path, "before");
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(path, 3)) {
            writer.append(Change.put(2, 0, KEY, VALUE, 2, 1, 0, 0, 0), Liveness.LIVE);
        }
        assertThat(files()).containsExactly(path);
        assertThat(path).hasContent("before");
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(path, 3)) {
            writer.finish(FileContents.of(List.of()));
        }
        assertThat(files()).containsExactly(path);
        try (EtcdDatabase database = EtcdDatabase.open(path)) {
            assertThat(database.revision()).isEqualTo(3);
        }
    }

    @Test
    void theRecordOfARevisionBumpPasses() {
        Path path = directory.resolve("a.db");
        Change bump = Change.put(1000, 0, new byte[0], new byte[0], 0, 0, 0, 0, 0);
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(path, 1000)) {
            writer.append(bump, Liveness.LIVE);
            writer.finish(FileContents.of(List.of()));
        }
        List<Change> read = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        try (EtcdDatabase database = EtcdDatabase.open(path)) {
            database.forEachChange(0, 0, read::add);
            database.forEach("key", (key, value) -> sizes.add(value.length));
        }
        assertThat(read).containsExactly(bump);
        assertThat(sizes).containsExactly(0);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
