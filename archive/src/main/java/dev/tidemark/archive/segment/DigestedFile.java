package dev.tidemark.archive.segment;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.ObjectRef;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/** A local file under way, summed while it is written. Not thread-safe. */
final class DigestedFile implements Closeable {
    private final Path path;
    private final OutputStream out;
    private final MessageDigest sha256 = Checksums.sha256();
    private long length;

    DigestedFile(Path path) {
        this.path = path;
        try {
            this.out = Files.newOutputStream(path);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    long length() {
        return length;
    }

    void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    void write(byte[] bytes, int from, int count) {
        try {
            out.write(bytes, from, count);
        } catch (IOException e) {
            throw failed(e);
        }
        sha256.update(bytes, from, count);
        length += count;
    }

    /** Closes the file and describes it, with its path as the name. */
    ObjectRef finish() {
        close();
        return new ObjectRef(path.toString(), length, Checksums.hex(sha256.digest()));
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private ArchiveException failed(IOException e) {
        return new ArchiveException(
                Failure.UNAVAILABLE, path + " cannot be written: " + e.getMessage(), "is the local disk full?", e);
    }
}
