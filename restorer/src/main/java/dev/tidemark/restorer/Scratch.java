package dev.tidemark.restorer;

import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** A directory that goes away with all that is in it. */
public final class Scratch implements Closeable {
    private final Path directory;

    private Scratch(Path directory) {
        this.directory = directory;
    }

    /** A new one; {@code parent} exists. */
    public static Scratch in(Path parent) {
        try {
            return new Scratch(Files.createTempDirectory(parent, "tidemark-restore-"));
        } catch (IOException e) {
            throw broken(parent, e);
        }
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    @Override
    public void close() {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw broken(directory, e);
        }
    }

    private static RestoreException broken(Path where, IOException cause) {
        return new RestoreException(
                Failure.UNAVAILABLE,
                "working in " + where + " failed: " + cause,
                "check the disk's free space, its health and the permissions",
                cause);
    }
}
