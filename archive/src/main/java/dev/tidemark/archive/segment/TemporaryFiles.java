package dev.tidemark.archive.segment;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files that are gone when the work is done. Not thread-safe. */
final class TemporaryFiles implements Closeable {
    private final Path directory;
    private final List<Path> files = new ArrayList<>();

    TemporaryFiles(Path directory) {
        this.directory = directory;
    }

    /** A new, empty file. */
    Path next() {
        try {
            Path file = Files.createTempFile(directory, "merge-", ".part");
            files.add(file);
            return file;
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    @Override
    public void close() {
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private ArchiveException unusable(IOException e) {
        return new ArchiveException(
                Failure.UNAVAILABLE,
                directory + " cannot be used: " + e.getMessage(),
                "is there room on the local disk?",
                e);
    }
}
