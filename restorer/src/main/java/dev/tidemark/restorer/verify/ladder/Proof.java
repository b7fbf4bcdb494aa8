package dev.tidemark.restorer.verify.ladder;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.SoundReads;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Reads whole objects and proves length and SHA-256. Wrong bytes are fetched once more: the same ones are damage at rest,
 * other ones a fault of the way. Thread-safe.
 */
final class Proof {
    private static final int TRIES = 4;
    private static final int BUFFER = 64 << 10;

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
        return holds(part, owner, OutputStream::nullOutputStream);
    }

    /** The same, with the bytes in a file; after a no they may be anything. */
    boolean holds(Part part, String owner, Path copy) {
        return holds(part, owner, () -> Files.newOutputStream(copy));
    }

    /** Where the bytes go; begun anew with each reading. */
    private interface Copy {
        OutputStream open() throws IOException;
    }

    private boolean holds(Part part, String owner, Copy copy) {
        String name = root + part.ref().getName();
        Read expected = new Read(part.ref().getBytes(), part.ref().getSha256());
        try {
            Read read = whole(name, copy);
            if (read.equals(expected)) {
                return true;
            }
            Read again = whole(name, copy);
            if (again.equals(expected)) {
                SoundReads.arrivedDamaged(name);
                return true;
            }
            if (!again.equals(read)) {
                throw new ArchiveException(
                        Failure.UNAVAILABLE,
                        name + " came twice, each time with other wrong bytes",
                        "something between here and the store changes bytes: network, proxy or memory");
            }
            tally.found(Tally.Fault.DAMAGED, name, difference(read, expected, owner), part.exposed());
        } catch (MissingObjectException e) {
            tally.found(Tally.Fault.MISSING, name, "is named by " + owner + ", but missing", part.exposed());
        } catch (DamagedObjectException e) {
            tally.found(Tally.Fault.DAMAGED, name, Problems.of(e), part.exposed());
        }
        return false;
    }

    private static String difference(Read read, Read expected, String owner) {
        return read.bytes != expected.bytes
                ? "has " + read.bytes + " bytes, but " + owner + " says " + expected.bytes
                : "its SHA-256 is " + read.sha256 + ", but " + owner + " says " + expected.sha256;
    }

    /** A connection that breaks in the middle is nothing: the reading begins anew. */
    private Read whole(String name, Copy copy) {
        for (int left = TRIES - 1; ; left--) {
            try (OutputStream out = opened(copy)) {
                return read(name, out);
            } catch (IOException e) {
                if (left == 0) {
                    throw new ArchiveException(
                            Failure.UNAVAILABLE,
                            name + " cannot be read to its end: " + e.getMessage(),
                            "is the store running? nothing is lost by trying again",
                            e);
                }
            }
        }
    }

    private Read read(String name, OutputStream out) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        try (InputStream in = store.open(name)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                write(out, buffer, n);
                bytes += n;
            }
        }
        return new Read(bytes, HexFormat.of().formatHex(digest.digest()));
    }

    private static OutputStream opened(Copy copy) {
        try {
            return copy.open();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static void write(OutputStream out, byte[] buffer, int length) {
        try {
            out.write(buffer, 0, length);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static ArchiveException unwritable(IOException e) {
        return new ArchiveException(
                Failure.UNAVAILABLE,
                "a copy of what is verified cannot be written: " + e.getMessage(),
                "is the local disk full?",
                e);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
