package dev.tidemark.restorer;

import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a directory: some of every kind of object, damaged in every way. */
class DamageLadderTest {
    @TempDir
    private Path directory;

    private ObjectStore store;
    private DamageLadder ladder;

    @BeforeEach
    void build() throws IOException {
        Path archive = directory.resolve("archive");
        store = ObjectStores.open(ArchiveSettings.inDirectory(archive.toUri()).creating());
        ladder = new DamageLadder(store, Files.createDirectory(directory.resolve("scratch")));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aWholeArchiveIsProvenAtEveryLevelAndComesBack() {
        ladder.nothingIsFoundInAWholeArchive();
    }

    @Test
    void whateverIsDamagedIsNamedAndEndangersNoMoreThanIsSaid() {
        System.out.println("file: " + ladder.damageAll(3));
    }
}
