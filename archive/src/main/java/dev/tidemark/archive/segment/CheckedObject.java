package dev.tidemark.archive.segment;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.SoundReads;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.ObjectRef;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Ranges of one object, believed only when their checksum agrees. Thread-safe. */
final class CheckedObject {
    /** Where an object's bytes come from. */
    private interface Source {
        byte[] read(long offset, int length);
    }

    private final String name;
    private final long length;
    private final Source source;
    private final AtomicLong transportFaults;

    private CheckedObject(String name, long length, Source source, AtomicLong transportFaults) {
        this.name = name;
        this.length = length;
        this.source = source;
        this.transportFaults = transportFaults;
    }

    static CheckedObject in(ObjectStore store, String root, ObjectRef ref, AtomicLong transportFaults) {
        String name = root + ref.getName();
        return new CheckedObject(
                name, ref.getBytes(), (offset, count) -> store.read(name, offset, count), transportFaults);
    }

    static CheckedObject at(Path file, ObjectRef ref, AtomicLong transportFaults) {
        return new CheckedObject(
                file.toString(), ref.getBytes(), (offset, count) -> read(file, offset, count), transportFaults);
    }

    String name() {
        return name;
    }

    long length() {
        return length;
    }

    /** A range as it comes; the caller checks it before anybody sees it. */
    byte[] unchecked(long offset, int count) {
        if (offset < 0 || count < 0 || offset > length - count) {
            throw new DamagedObjectException(
                    name, "has " + length + " bytes, too few for " + count + " from offset " + offset);
        }
        byte[] bytes = source.read(offset, count);
        if (bytes.length != count) {
            throw new DamagedObjectException(
                    name, "gave " + bytes.length + " bytes of " + count + " from offset " + offset);
        }
        return bytes;
    }

    /** A range with the given CRC-32C. */
    byte[] read(long offset, int count, int crc32c, String what) {
        return settled(unchecked(offset, count), offset, b -> Checksums.crc32c(b, 0, b.length) == crc32c, what);
    }

    /**
     * The bytes that pass the check: those seen, or those of a second fetch.
     *
     * @throws DamagedObjectException if both fetches brought the same wrong bytes
     */
    byte[] settled(byte[] seen, long offset, Predicate<byte[]> check, String what) {
        if (check.test(seen)) {
            return seen;
        }
        byte[] again = unchecked(offset, seen.length);
        if (check.test(again)) {
            transportFaults.incrementAndGet();
            SoundReads.arrivedDamaged(name + ": " + what);
            return again;
        }
        String range = what + " (" + seen.length + " bytes from offset " + offset + ")";
        if (Arrays.equals(seen, again)) {
            throw new DamagedObjectException(name, range + " is damaged at rest: its checksum is wrong");
        }
        throw new ArchiveException(
                Failure.UNAVAILABLE,
                name + ": " + range + " came damaged twice, each time differently",
                "something between here and the store changes bytes: network, proxy or memory",
                null);
    }

    private static byte[] read(Path file, long offset, int count) {
        byte[] bytes = new byte[count];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(offset);
            in.readFully(bytes);
            return bytes;
        } catch (EOFException e) {
            throw new DamagedObjectException(file.toString(), "is shorter than it was written", e);
        } catch (IOException e) {
            throw new ArchiveException(
                    Failure.UNAVAILABLE, file + " cannot be read: " + e.getMessage(), "is the local disk broken?", e);
        }
    }
}
