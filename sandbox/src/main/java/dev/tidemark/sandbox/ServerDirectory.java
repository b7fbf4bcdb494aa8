package dev.tidemark.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where one server keeps its data and log: its own for a while, or a given place that stays. */
final class ServerDirectory implements AutoCloseable {
    private final Path path;
    private volatile boolean kept;

    private ServerDirectory(Path path, boolean kept) {
        this.path = path;
        this.kept = kept;
    }

    static ServerDirectory temporary(String name) {
        try {
            return new ServerDirectory(Files.createTempDirectory("tidemark-" + name + "-"), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ServerDirectory given(Path path) {
        return new ServerDirectory(Server.created(path.toAbsolutePath()), true);
    }

    Path path() {
        return path;
    }

    void keep() {
        kept = true;
    }

    @Override
    public void close() {
        if (kept) {
            return;
        }
        try {
            Directories.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
