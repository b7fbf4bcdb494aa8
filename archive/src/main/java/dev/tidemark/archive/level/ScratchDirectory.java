package dev.tidemark.archive.level;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for the new segments of one merge; closing it deletes them. */
final class ScratchDirectory implements Closeable {
    private final Path root;

    private ScratchDirectory(Path root) {
        this.root = root;
    }

    static ScratchDirectory in(Path parent) {
        try {
            return new ScratchDirectory(Files.createTempDirectory(parent, "merge-"));
        } catch (IOException e) {
            throw unusable(parent, e);
        }
    }

    /** A new, empty directory. */
    Path newDirectory() {
        try {
            return Files.createTempDirectory(root, "run-");
        } catch (IOException e) {
            throw unusable(root, e);
        }
    }

    /** Deletes a file that is needed no more. */
    void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> all = Files.walk(root)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            throw unusable(root, e);
        }
    }

    private static ArchiveException unusable(Path place, Exception cause) {
        return new ArchiveException(
                Failure.UNAVAILABLE,
                place + " cannot be used: " + cause.getMessage(),
                "is there room on the local disk?",
                cause);
    }
}
