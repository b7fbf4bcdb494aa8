package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The executables that this machine once obtained, a directory for each server, outside of any checkout. A directory
 * appears in the cache complete or not at all. Thread-safe, also between processes.
 */
final class ServerCache {
    private static final Object IN_PROCESS = new Object();

    private final Path root;

    ServerCache(Path root) {
        this.root = root;
    }

    /** What fills a new directory. */
    interface Filling {
        void into(Path directory) throws IOException;
    }

    /** The server's directory, if it is there: built from source, or else of the published release. */
    Optional<Path> find(PinnedServer server) {
        return Stream.of(server.id(), server.releaseId())
                .map(root::resolve)
                .filter(server::isIn)
                .findFirst();
    }

    /** Does the work while no other thread or process does any for this server. */
    <T> T alone(PinnedServer server, Supplier<T> work) {
        Path lock = root.resolve("." + server.id() + ".lock");
        synchronized (IN_PROCESS) {
            try {
                Files.createDirectories(root);
                try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        var held = channel.lock()) {
                    return held.isValid() ? work.get() : null;
                }
            } catch (IOException e) {
                throw unusable(server, lock, e);
            }
        }
    }

    /** Puts a directory of this name into the cache, in place of what stood there; returns it. */
    Path fill(PinnedServer server, String id, Filling filling) {
        Path target = root.resolve(id);
        try {
            Path made = Files.createTempDirectory(root, "." + id + ".");
            try {
                filling.into(made);
                Directories.delete(target);
                Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Directories.delete(made);
            }
            return target;
        } catch (IOException e) {
            throw unusable(server, target, e);
        }
    }

    private static SandboxException unusable(PinnedServer server, Path place, IOException cause) {
        return new SandboxException(
                Failure.UNAVAILABLE,
                "%s could not be put into %s: %s".formatted(server, place, cause),
                "check free space and permissions there, or choose another cache with TIDEMARK_CACHE",
                cause);
    }
}
