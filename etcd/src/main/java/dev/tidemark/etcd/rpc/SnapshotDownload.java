package dev.tidemark.etcd.rpc;

import dev.tidemark.etcd.rpc.EtcdException.DamagedSnapshot;
import dev.tidemark.etcd.rpc.proto.SnapshotRequest;
import dev.tidemark.etcd.rpc.proto.SnapshotResponse;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Writes one snapshot stream to disk, no faster than is good for the member, and believes nothing of it before its checksum
 * is proven. Used once, by one thread.
 */
final class SnapshotDownload {
    /** Messages of 32 KiB that may wait in memory. */
    static final int WINDOW = 64;

    private static final int SECTOR = 512;
    private static final FileAttribute<?>[] OWNER_ONLY = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
    private static final FileAttribute<?>[] ANYBODY = {};

    private final PulledStream<SnapshotRequest, SnapshotResponse> stream;
    private final StatusTranslation errors;
    private final String endpoint;
    private final Duration stallTimeout;
    private final Duration longest;
    private final TrailingChecksum checksum = new TrailingChecksum();
    private long written;
    private long remaining = -1;

    /**
     * @param longest how long the reading may be stretched for the member's sake
     */
    SnapshotDownload(
            PulledStream<SnapshotRequest, SnapshotResponse> stream,
            StatusTranslation errors,
            String endpoint,
            Duration stallTimeout,
            Duration longest) {
        this.stream = stream;
        this.errors = errors;
        this.endpoint = endpoint;
        this.stallTimeout = stallTimeout;
        this.longest = longest;
    }

    /** Runs it into {@code file}, which must not exist; on any failure the file is gone again. */
    SnapshotFile into(Path file, LongSupplier nanoTime) {
        try (stream;
                FileChannel out = create(file)) {
            return download(file, out, nanoTime);
        } catch (ClosedByInterruptException e) {
            throw errors.interrupted(what(), e);
        } catch (IOException e) {
            throw disk(file, e);
        }
    }

    private SnapshotFile download(Path file, FileChannel out, LongSupplier nanoTime) throws IOException {
        boolean whole = false;
        try {
            Optional<SnapshotResponse> first = next();
            long begun = nanoTime.getAsLong();
            copy(first, file, out, nanoTime);
            String sha256 = prove();
            whole = true;
            return new SnapshotFile(file, written, sha256, Duration.ofNanos(nanoTime.getAsLong() - begun));
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void copy(Optional<SnapshotResponse> first, Path file, FileChannel out, LongSupplier nanoTime)
            throws IOException {
        Optional<SnapshotResponse> chunk = first;
        SnapshotPace pace = new SnapshotPace(
                first.map(one -> one.getRemainingBytes() + one.getBlob().size()).orElse(0L), longest);
        long begun = nanoTime.getAsLong();
        while (chunk.isPresent()) {
            byte[] bytes = chunk.get().getBlob().toByteArray();
            if (written == 0) {
                demandRoom(file, chunk.get().getRemainingBytes() + bytes.length);
            }
            remaining = chunk.get().getRemainingBytes();
            if (bytes.length == 0 && remaining != 0) {
                // a member that cannot read its own file goes on with empty chunks forever
                throw damaged("the member sends nothing more, with " + remaining + " bytes to come");
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                written += out.write(buffer);
            }
            checksum.update(bytes);
            LockSupport.parkNanos(pace.pauseNanos(written, nanoTime.getAsLong() - begun));
            chunk = next();
        }
    }

    private Optional<SnapshotResponse> next() {
        try {
            Optional<PulledStream.Arrival<SnapshotResponse>> arrival = stream.take(stallTimeout);
            if (arrival.isEmpty()) {
                throw errors.silent(what(), "nothing came for " + stallTimeout.toSeconds() + " s");
            }
            Status end = arrival.get().end();
            if (end == null) {
                return Optional.of(arrival.get().message());
            }
            if (!end.isOk()) {
                throw errors.translate(what(), end);
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw errors.interrupted(what(), e);
        }
    }

    private String prove() {
        if (remaining != 0) {
            throw damaged("it ends with " + Math.max(remaining, 0) + " bytes to come");
        }
        if (written % SECTOR != TrailingChecksum.LENGTH) {
            throw damaged("it does not end with a checksum");
        }
        TrailingChecksum.Verdict verdict = checksum.verdict();
        if (!verdict.isGood()) {
            throw damaged("its SHA-256 is " + verdict.computed() + ", but it states " + verdict.stated());
        }
        return verdict.stated();
    }

    private void demandRoom(Path file, long needed) throws IOException {
        long room = Files.getFileStore(file).getUsableSpace();
        if (room < needed) {
            throw new EtcdException.Disk(
                    "the snapshot of etcd " + endpoint + " needs " + needed + " bytes, but " + room + " are free at "
                            + file,
                    null);
        }
    }

    /** A new file that only its owner may read: it holds all of the cluster's secrets. */
    private static FileChannel create(Path file) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), posix ? OWNER_ONLY : ANYBODY);
    }

    private String what() {
        return "the snapshot (after " + written + " bytes)";
    }

    private DamagedSnapshot damaged(String how) {
        return new DamagedSnapshot(
                "the snapshot of etcd " + endpoint + " is damaged after " + written + " bytes: " + how);
    }

    private EtcdException.Disk disk(Path file, IOException cause) {
        return new EtcdException.Disk(
                "the snapshot of etcd " + endpoint + " cannot be written to " + file + ": " + cause, cause);
    }
}
