package dev.tidemark.capture.service;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.schemas.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a spool directory for one capture: a standby on the same host would empty its leader's. */
final class SpoolLock implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolLock.class);

    private final FileChannel channel;

    private SpoolLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the directory; however the process ends, it is free again.
     *
     * @throws CaptureException USAGE if another capture has it, or it cannot be used
     */
    static SpoolLock on(Path directory) {
        Path file = directory.resolveSibling(directory.getFileName() + ".lock");
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isTaken(channel)) {
                channel.close();
                throw new CaptureException(
                        Failure.USAGE,
                        "the spool directory " + directory + " is used by another capture",
                        "give each instance a spool.dir of its own");
            }
            return new SpoolLock(channel);
        } catch (IOException e) {
            throw new CaptureException(
                    Failure.USAGE,
                    "the spool directory " + directory + " cannot be used: " + e.getMessage(),
                    "name one that capture may write to",
                    e);
        }
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("the lock of a spool was not closed in order", e);
        }
    }
}
