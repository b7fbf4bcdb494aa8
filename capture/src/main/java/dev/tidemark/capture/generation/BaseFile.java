package dev.tidemark.capture.generation;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.spool.Rooms;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdHeader;
import dev.tidemark.etcd.rpc.EtcdStatus;
import dev.tidemark.etcd.rpc.SnapshotFile;
import dev.tidemark.schemas.Failure;
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
    /**
     * Takes a snapshot of a member.
     *
     * @param quorum what it answered with the quorum behind it
     * @param askedAt when it was asked for that, milliseconds since the epoch
     * @param wanted the snapshot's revision is this or newer: agreed with the quorum, or the member may lag behind
     * @param purpose first word of the directory's name
     * @throws CaptureException UNAVAILABLE if the member lags behind
     */
    static BaseFile take(
            Surroundings around, EtcdClient client, EtcdHeader quorum, long askedAt, long wanted, String purpose) {
        Path directory =
                Rooms.create(around.directory(), purpose + "-" + around.ids().get());
        try {
            EtcdStatus status = client.status();
            if (status.clusterId() != quorum.clusterId()) {
                throw new CaptureException(
                        Failure.UNAVAILABLE,
                        client.endpoint() + " changed its cluster between two questions",
                        "check etcd.endpoints");
            }
            SnapshotFile snapshot = client.snapshotTo(
                    directory.resolve("snapshot.db"), around.snapshotTime().get());
            long takenAt =
                    around.clock().read().latestMillis() - snapshot.streamed().toMillis();
            EtcdDatabase database = EtcdDatabase.open(snapshot.path());
            BaseFile file = new BaseFile(directory, snapshot, database, client.endpoint(), status, askedAt, takenAt);
            if (file.revision() < wanted) {
                file.close();
                throw new CaptureException(
                        Failure.UNAVAILABLE,
                        "the snapshot of " + client.endpoint() + " is of revision " + file.revision() + ", older than "
                                + wanted,
                        "the member lags behind: another one is asked");
            }
            return file;
        } catch (RuntimeException e) {
            Rooms.delete(directory);
            throw e;
        }
    }

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
