package dev.tidemark.restorer.verify;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Reads whole objects and proves length and SHA-256. Wrong bytes are fetched once more: the same ones are damage at rest,
 * other ones a fault of the way. Thread-safe.
 */
final class Proof {
    private final ObjectStore store;
    private final String root;
    private final Tally tally;

    /** What was read. */
    private record Read(long bytes, String sha256) {}

    Proof(ObjectStore store, String root, Tally tally) {
        this.store = store;
        this.root = root;
        this.tally = tally;
    }

    /** Whether an object is what its manifest names; if not, the tally says so. */
    boolean holds(Part part, String owner) {
        return holds(part, owner, OutputStream.nullOutputStream());
    }

    /** The same, with the bytes in a file; after a no they may be anything. */
    boolean holds(Part part, String owner, Path copy) {
        try (OutputStream out = Files.newOutputStream(copy)) {
            boolean holds = holds(part, owner, out);
            return holds && Files.size(copy) == part.ref().getBytes();
        } catch (IOException e) {
            throw new ArchiveException(
                    Failure.UNAVAILABLE, copy + " cannot be written: " + e.getMessage(), "is the local disk full?", e);
        }
    }

    private boolean holds(Part part, String owner, OutputStream copy) {
        String name = root + part.ref().getName();
        Read expected = new Read(part.ref().getBytes(), part.ref().getSha256());
        try {
            Read read = read(name, copy);
            if (read.equals(expected)) {
                return true;
            }
            Read again = read(name, OutputStream.nullOutputStream());
            if (!again.equals(read)) {
                throw new ArchiveException(
                        Failure.UNAVAILABLE,
                        name + " came twice, each time with other bytes",
                        "something between here and the store changes bytes: network, proxy or memory");
            }
            tally.found(Tally.Fault.DAMAGED, name, difference(read, expected, owner), part.exposed());
        } catch (MissingObjectException e) {
            tally.found(Tally.Fault.MISSING, name, "is named by " + owner + ", but missing", part.exposed());
        }
        return false;
    }

    private static String difference(Read read, Read expected, String owner) {
        return read.bytes != expected.bytes
                ? "has " + read.bytes + " bytes, but " + owner + " says " + expected.bytes
                : "its SHA-256 is " + read.sha256 + ", but " + owner + " says " + expected.sha256;
    }

    private Read read(String name, OutputStream copy) {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(store.open(name), digest)) {
            long bytes = in.transferTo(copy);
            return new Read(bytes, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            throw new ArchiveException(
                    Failure.UNAVAILABLE,
                    name + " cannot be read to its end: " + e.getMessage(),
                    "is the store running? nothing is lost by trying again",
                    e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
