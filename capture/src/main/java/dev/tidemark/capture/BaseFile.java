package dev.tidemark.capture;

import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.etcd.rpc.EtcdStatus;
import dev.tidemark.etcd.rpc.SnapshotFile;
import java.io.Closeable;
import java.nio.file.Path;

/**
 * A snapshot of the source on the local disk, opened.
 *
 * @param directory holds the snapshot and whatever is made of it, and nothing else
 * @param snapshot the file, its checksum proven
 * @param database the file, opened
 * @param endpoint who sent it
 * @param status who sent it, right before
 * @param askedAt when it was asked for, and nothing that it lacks was committed: milliseconds since the epoch
 * @param takenAt when all that it holds was committed: milliseconds since the epoch
 */
record BaseFile(
        Path directory,
        SnapshotFile snapshot,
        EtcdDatabase database,
        String endpoint,
        EtcdStatus status,
        long askedAt,
        long takenAt)
        implements Closeable {
    /** R: the snapshot's revision. */
    long revision() {
        return database.revision();
    }

    /** C: from here on every revision up to R can be restored; 1 if the source was never compacted. */
    long compactRevision() {
        return Math.max(1, database.compactRevision());
    }

    @Override
    public void close() {
        database.close();
        Rooms.delete(directory);
    }
}
