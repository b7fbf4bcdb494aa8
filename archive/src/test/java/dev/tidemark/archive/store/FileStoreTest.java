package dev.tidemark.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The store in a directory keeps the contract. */
class FileStoreTest extends ObjectStoreContract {
    @Override
    ObjectStore emptyStore() throws IOException {
        return ObjectStores.open(ArchiveSettings.inDirectory(
                Files.createTempDirectory(scratch, "store").toUri()));
    }

    @Test
    void refusesADirectoryThatDoesNotExistUnlessAskedToMakeIt() {
        Path missing = scratch.resolve("not/yet");
        ArchiveSettings settings = ArchiveSettings.inDirectory(missing.toUri());

        assertThatThrownBy(() -> ObjectStores.open(settings)).isInstanceOfSatisfying(StoreRefusedException.class, e -> {
            assertThat(e.failure()).isEqualTo(Failure.USAGE);
            assertThat(e).hasMessageContaining(missing.toString());
            assertThat(e.hint()).isNotEmpty();
        });
        try (ObjectStore store = ObjectStores.open(settings.creating())) {
            store.put("a", bytes("1"));
        }
        assertThat(missing.resolve("a")).hasBinaryContent(bytes("1"));
    }

    @Test
    void listsNoTemporaryFiles() throws IOException {
        Path directory = Files.createDirectory(scratch.resolve("dir"));
        try (ObjectStore store = ObjectStores.open(ArchiveSettings.inDirectory(directory.toUri()))) {
            store.put("a/b", bytes("1"));
            Files.write(directory.resolve(".tmp/half"), bytes("ha"));

            assertThat(names(store.list("", "", 10))).containsExactly("a/b");
            assertThat(directory.resolve(".tmp")).isDirectoryContaining("glob:**/half");
            assertThat(directory.resolve(".tmp").toFile().list()).containsExactly("half");
        }
    }

    @Test
    void whoOnlyReadsMakesNothingInTheDirectory() throws IOException {
        Path directory = Files.createDirectory(scratch.resolve("copy"));
        Files.write(directory.resolve("a"), bytes("1"));
        try (ObjectStore store = ObjectStores.open(ArchiveSettings.inDirectory(directory.toUri()))) {
            assertThat(store.get("a")).isEqualTo(bytes("1"));
            assertThat(names(store.list("", "", 10))).containsExactly("a");
        }
        assertThat(directory.toFile().list()).containsExactly("a");
    }

    @Test
    void whatAKilledWriterLeftIsDeletedADayLater() throws IOException {
        Path temporary = Files.createDirectories(scratch.resolve("left/.tmp"));
        Path old = Files.write(temporary.resolve("old"), bytes("ha"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        Files.write(temporary.resolve("new"), bytes("ha"));

        ObjectStores.open(ArchiveSettings.inDirectory(temporary.getParent().toUri()))
                .close();

        assertThat(temporary.toFile().list()).containsExactly("new");
    }

    @Test
    void saysThatItIsUnavailableWhenItsDirectoryIsGone() throws IOException {
        Path directory = Files.createDirectory(scratch.resolve("gone"));
        try (ObjectStore store = ObjectStores.open(ArchiveSettings.inDirectory(directory.toUri()))) {
            Files.delete(directory);

            assertThatThrownBy(() -> store.get("a")).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.put("a", bytes("1"))).isInstanceOf(StoreUnavailableException.class);
            assertThat(store.createIfAbsent("a", bytes("1"))).isEqualTo(CreateOutcome.UNKNOWN);
        }
    }

    @Test
    void refusesAnUnknownKindOfStore() {
        for (String uri : new String[] {"ftp://host/x", "http://host/x", "dir", "s3:///prefix"}) {
            assertThatThrownBy(() -> ObjectStores.open(ArchiveSettings.inDirectory(URI.create(uri))))
                    .as(uri)
                    .isInstanceOf(StoreRefusedException.class);
        }
    }
}
