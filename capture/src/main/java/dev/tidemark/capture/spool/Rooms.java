package dev.tidemark.capture.spool;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories on the local disk, whose content means nothing after a stop. */
public final class Rooms {
    private Rooms() {}

    /** Makes a directory if it is not there, and deletes all that is in it. */
    public static void empty(Path directory) {
        try {
            Files.createDirectories(directory);
            try (Stream<Path> left = Files.list(directory)) {
                left.forEach(Rooms::delete);
            }
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    /** Makes a new directory. */
    public static Path create(Path parent, String name) {
        try {
            return Files.createDirectories(parent.resolve(name));
        } catch (IOException e) {
            throw new CaptureException(
                    Failure.UNAVAILABLE,
                    "no directory can be made in the spool directory " + parent + ": " + e.getMessage(),
                    "make room there",
                    e);
        }
    }

    /** Deletes a file or a directory with all that is in it. */
    public static void delete(Path path) {
        if (Files.notExists(path)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    private static CaptureException unusable(Path directory, IOException e) {
        return new CaptureException(
                Failure.USAGE,
                "the spool directory " + directory + " cannot be used: " + e.getMessage(),
                "name one that capture may write to",
                e);
    }
}
