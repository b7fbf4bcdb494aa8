package dev.tidemark.archive.store;

import dev.tidemark.archive.DamagedObjectException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Objects as files below a directory. An object is written to {@code .tmp}, forced to the disk, and then linked to its
 * name: the link is atomic and fails if the name is taken, so nobody ever sees half an object.
 */
final class FileStore implements ObjectStore {
    private static final String TEMPORARY = ".tmp";
    private static final int COPY_BYTES = 1 << 20;
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path root;
    private volatile boolean closed;

    private FileStore(Path root) {
        this.root = root;
    }

    /** The store in a directory, made if it is missing and {@code missing} says so. */
    static FileStore open(Path directory, MissingBucket missing) {
        if (!Files.isDirectory(directory) && missing == MissingBucket.REFUSE) {
            throw new StoreRefusedException(
                    "archive directory " + directory + " does not exist",
                    "mkdir -p " + directory + " if this is the right place",
                    null);
        }
        FileStore store = new FileStore(directory.toAbsolutePath().normalize());
        if (missing == MissingBucket.CREATE) {
            store.run("open", "", () -> Files.createDirectories(store.root));
        }
        store.deleteAbandoned();
        return store;
    }

    /** Deletes what killed processes left behind, as far as possible; nobody writes one object for a day. */
    private void deleteAbandoned() {
        Instant old = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(root.resolve(TEMPORARY))) {
            for (Path file : left) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // None there yet, or this process may only read: they harm nobody.
        }
    }

    @Override
    public void put(String name, Path file) {
        ObjectNames.checkName(name);
        run("put", name, () -> {
            try (FileChannel from = FileChannel.open(file)) {
                return publishAgain(name, write(from));
            }
        });
    }

    @Override
    public void put(String name, byte[] bytes) {
        ObjectNames.checkName(name);
        run("put", name, () -> publishAgain(name, write(bytes)));
    }

    @Override
    public CreateOutcome createIfAbsent(String name, byte[] bytes) {
        ObjectNames.checkCreate(name, bytes);
        try {
            return run("create", name, () -> {
                Path temporary = write(bytes);
                try {
                    return link(temporary, name) ? CreateOutcome.CREATED : CreateOutcome.EXISTS;
                } finally {
                    Files.deleteIfExists(temporary);
                }
            });
        } catch (StoreUnavailableException e) {
            return CreateOutcome.UNKNOWN;
        }
    }

    @Override
    public byte[] get(String name) {
        ObjectNames.checkName(name);
        return run("get", name, () -> Files.readAllBytes(path(name)));
    }

    @Override
    public byte[] read(String name, long offset, int length) {
        ObjectNames.checkRange(name, offset, length);
        return run("read", name, () -> {
            try (FileChannel channel = FileChannel.open(path(name))) {
                if (offset > channel.size() - length) {
                    throw new DamagedObjectException(
                            name,
                            "is " + channel.size() + " bytes long, but " + length + " bytes at " + offset
                                    + " were asked for");
                }
                ByteBuffer bytes = ByteBuffer.allocate(length);
                while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {}
                return bytes.array();
            }
        });
    }

    @Override
    public InputStream open(String name) {
        ObjectNames.checkName(name);
        return run("open", name, () -> Files.newInputStream(path(name)));
    }

    @Override
    public List<ObjectInfo> list(String prefix, String startAfter, int max) {
        ObjectNames.checkList(prefix, startAfter, max);
        return run("list", prefix, () -> new FileListing(root, prefix, startAfter, max).find());
    }

    @Override
    public Optional<ObjectInfo> stat(String name) {
        ObjectNames.checkName(name);
        try {
            return run("stat", name, () -> {
                BasicFileAttributes file = Files.readAttributes(path(name), BasicFileAttributes.class);
                return file.isRegularFile()
                        ? Optional.of(new ObjectInfo(
                                name, file.size(), file.lastModifiedTime().toInstant()))
                        : Optional.empty();
            });
        } catch (MissingObjectException e) {
            return Optional.empty();
        }
    }

    @Override
    public void delete(String name) {
        ObjectNames.checkName(name);
        run("delete", name, () -> Files.deleteIfExists(path(name)));
    }

    @Override
    public URI uri() {
        return root.toUri();
    }

    @Override
    public void close() {
        closed = true;
    }

    private Path path(String name) {
        return root.resolve(name);
    }

    private Path write(byte[] bytes) throws IOException {
        Path temporary = temporary();
        try (FileChannel to = create(temporary)) {
            ByteBuffer from = ByteBuffer.wrap(bytes);
            while (from.hasRemaining()) {
                to.write(from);
            }
            to.force(true);
        }
        return temporary;
    }

    private Path write(FileChannel from) throws IOException {
        Path temporary = temporary();
        try (FileChannel to = create(temporary)) {
            for (long at = 0; at < from.size(); ) {
                at += from.transferTo(at, COPY_BYTES, to);
            }
            to.force(true);
        }
        return temporary;
    }

    private Path temporary() throws IOException {
        // Who only reads makes nothing: the directory may be mounted read-only.
        Path directory = root.resolve(TEMPORARY);
        if (!Files.isDirectory(directory) && Files.isDirectory(root)) {
            Files.createDirectories(directory);
        }
        return directory.resolve(UUID.randomUUID().toString());
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Gives the temporary file its name; a name that is taken must be by the same bytes, from an earlier try. */
    private Path publishAgain(String name, Path temporary) throws IOException {
        try {
            if (!link(temporary, name) && Files.mismatch(temporary, path(name)) >= 0) {
                throw new IllegalStateException(name + " exists with other bytes");
            }
            return path(name);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private boolean link(Path temporary, String name) throws IOException {
        Path target = path(name);
        createDirectories(target.getParent());
        try {
            Files.createLink(target, temporary);
        } catch (FileAlreadyExistsException e) {
            return false;
        }
        force(target.getParent());
        return true;
    }

    /** Makes the directories that are missing, and their entries durable. */
    private void createDirectories(Path directory) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = directory; !Files.isDirectory(at); at = at.getParent()) {
            missing.add(at);
        }
        if (!missing.isEmpty()) {
            Files.createDirectories(directory);
            for (Path made : missing) {
                force(made.getParent());
            }
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }

    private <T> T run(String operation, String name, FileOperation<T> work) {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
        try {
            return work.run();
        } catch (NoSuchFileException e) {
            if (Files.isDirectory(root) && root.resolve(name).toString().equals(e.getFile())) {
                throw new MissingObjectException(name, uri().toString(), e);
            }
            throw unavailable(operation, name, e);
        } catch (IOException e) {
            throw unavailable(operation, name, e);
        }
    }

    private StoreUnavailableException unavailable(String operation, String name, IOException e) {
        return new StoreUnavailableException(
                operation + " " + name + " in " + uri() + " failed: " + e,
                "look at the directory: is it mounted, writable, and is there room?",
                e);
    }

    /** Work on files. */
    @FunctionalInterface
    private interface FileOperation<T> {
        T run() throws IOException;
    }
}
