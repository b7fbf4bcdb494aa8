package dev.tidemark.restorer.output;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes on their way to a file or a stream, counted and digested. A file grows under a temporary name beside its own and
 * takes that only when it is whole. Not thread-safe.
 */
final class DigestedOutput extends FilterOutputStream {
    private static final Logger log = LoggerFactory.getLogger(DigestedOutput.class);
    private static final int BUFFER = 1 << 16;

    private final MessageDigest digest;
    private final Optional<Path> target;
    private final Optional<Path> temporary;
    private long bytes;

    private DigestedOutput(OutputStream out, MessageDigest digest, Optional<Path> target, Optional<Path> temporary) {
        super(new BufferedOutputStream(new DigestOutputStream(out, digest), BUFFER));
        this.digest = digest;
        this.target = target;
        this.temporary = temporary;
    }

    static DigestedOutput to(Output output) {
        if (output instanceof Output.ToFile file) {
            return toFile(file.path().toAbsolutePath());
        }
        OutputStream stream = ((Output.ToStream) output).stream();
        return new DigestedOutput(stream, sha256(), Optional.empty(), Optional.empty());
    }

    private static DigestedOutput toFile(Path path) {
        try {
            Path temporary = Files.createTempFile(path.getParent(), path.getFileName() + ".", ".part");
            return new DigestedOutput(
                    Files.newOutputStream(temporary), sha256(), Optional.of(path), Optional.of(temporary));
        } catch (IOException e) {
            throw OutputException.broken(path.toString(), e);
        }
    }

    @Override
    public void write(int b) throws IOException {
        out.write(b);
        bytes++;
    }

    @Override
    public void write(byte[] buffer, int from, int length) throws IOException {
        out.write(buffer, from, length);
        bytes += length;
    }

    /** Where the bytes go, for messages. */
    String name() {
        return target.map(Path::toString).orElse("the output stream");
    }

    /** Ends the output; a file takes its name. */
    StateSink.Written commit() {
        try {
            flush();
            if (temporary.isPresent()) {
                out.close();
                publish(temporary.get(), target.orElseThrow());
            }
        } catch (IOException e) {
            throw OutputException.broken(name(), e);
        }
        return new StateSink.Written(target, bytes, HexFormat.of().formatHex(digest.digest()), OptionalLong.empty());
    }

    private static void publish(Path temporary, Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Drops a file that did not get its name; a stream stays open. */
    @Override
    public void close() {
        if (temporary.isEmpty()) {
            return;
        }
        try {
            out.close();
        } catch (IOException e) {
            // a full disk does not even take what still waits in the buffer: it is dropped with the rest
            log.debug("{} was not closed in order", temporary.get(), e);
        }
        try {
            Files.deleteIfExists(temporary.get());
        } catch (IOException e) {
            throw OutputException.broken(name(), e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
