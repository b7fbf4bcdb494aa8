package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of this process alone for open intervals. It means nothing after a stop: what earlier processes left
 * behind is deleted at the next start. Thread-safe.
 */
final class Spool implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final String PREFIX = "compactor-";
    private static final String LOCK = ".lock";

    private final Path directory;
    private final FileChannel channel;

    private Spool(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Makes a new directory below {@code root} and deletes those whose owner is gone.
     *
     * @throws CompactorException if {@code root} cannot be used
     */
    static Spool open(Path root) {
        try {
            Files.createDirectories(root);
            List<Path> former;
            try (Stream<Path> entries = Files.list(root)) {
                former = entries.filter(p -> p.getFileName().toString().startsWith(PREFIX))
                        .toList();
            }
            former.forEach(Spool::deleteIfAbandoned);
            Path directory = Files.createTempDirectory(root, PREFIX);
            FileChannel channel =
                    FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new IOException(directory + " was locked by another process at once");
            }
            return new Spool(directory, channel);
        } catch (IOException e) {
            throw new CompactorException(
                    Failure.USAGE,
                    "the spool directory " + root + " cannot be used: " + e.getMessage(),
                    "set spool.dir to a directory that this process may write to",
                    e);
        }
    }

    /** A new, empty directory. */
    Path newDirectory(String name) {
        try {
            return Files.createTempDirectory(directory, name + "-");
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    /** The error of a place in the spool where nothing can be written or read. */
    static CompactorException unusable(Path place, Exception cause) {
        return new CompactorException(
                Failure.UNAVAILABLE,
                "the spool at " + place + " cannot be used: " + cause.getMessage(),
                "is there room in spool.dir, and is its disk whole?",
                cause);
    }

    @Override
    public void close() {
        delete(directory);
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("the lock of {} was not given back: {}", directory, e.getMessage());
        }
    }

    private static void deleteIfAbandoned(Path former) {
        Path lock = former.resolve(LOCK);
        if (!Files.exists(lock)) {
            // Perhaps made a moment ago by another process; an empty directory harms nobody.
            return;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                delete(former);
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} belongs to this process", former);
        } catch (IOException e) {
            LOG.warn("{} of an earlier process stays: {}", former, e.getMessage());
        }
    }

    /** Deletes a directory with all it holds, as far as possible. */
    static void delete(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} was not deleted: {}", tree, e.getMessage());
        }
    }
}
