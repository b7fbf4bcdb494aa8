package dev.tidemark.etcd.rpc;

import dev.tidemark.schemas.LeaseTtl;
import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One etcd member, reached through one channel that never moves to another member. Thread-safe. Every method throws
 * {@link EtcdException}: {@code Unavailable} within the call's timeout if the member cannot be reached,
 * {@code Credentials} if it refuses the user. Snapshots, hashes, the state of auth and writes are asked for as
 * {@link EtcdUsers#admin}, all else as {@link EtcdUsers#watch}.
 */
public interface EtcdClient extends Closeable {
    /**
     * A client for a member; connects at the first call.
     *
     * @throws EtcdException.Certificates if the files for TLS cannot be used; they are read here
     */
    static EtcdClient open(EtcdSettings settings) {
        return MemberClient.open(settings);
    }

    /** The address, for messages. */
    String endpoint();

    /** The member's own state; served without a quorum. */
    EtcdStatus status();

    /** The newest revision of the cluster, agreed with its quorum. Only this may prove that a revision went back. */
    EtcdHeader linearizable();

    /**
     * Whether this member has compacted a revision away: true exactly if {@code revision} is below its compact
     * revision. Read from this member's own store, which is the one that serves its watches.
     *
     * @throws EtcdException.FutureRevision if the member has not reached the revision
     */
    boolean isCompacted(long revision);

    /**
     * The member's hash over its key records. Stops all its writes while it runs.
     *
     * @param revision at least 1: an explicit one, as only that means the same on every version
     * @throws EtcdException.FutureRevision if the member has not reached the revision
     * @throws EtcdException.Compacted if it is compacted away
     */
    HashKvAnswer hashKv(long revision);

    /** The TTL that a lease was granted; {@link LeaseTtl#UNKNOWN} if the lease is gone. */
    LeaseTtl leaseTtl(long leaseId);

    /** The ids of all leases that this member knows, those without keys included. */
    List<Long> leases();

    /**
     * The revision of the users and roles: unchanged as long as nobody changed them. Empty if the member cannot say, as
     * those of etcd 3.4 cannot.
     */
    OptionalLong authRevision();

    /** The members as the cluster lists them. */
    List<EtcdMember> members();

    /** A key as of now, agreed with the quorum. */
    Optional<KeyState> get(byte[] key);

    /** How many keys live at a revision, read from this member's own store. */
    long keys(long revision);

    /** Writes a key and returns the revision. */
    long put(byte[] key, byte[] value);

    /** Deletes a key and returns the store's revision afterwards. */
    long delete(byte[] key);

    /**
     * Streams the member's snapshot to a new file and proves its checksum. On any failure the file is deleted.
     *
     * @param file must not exist
     * @param longest how long it may take at most for the sake of the member's other users; zero for full speed
     * @throws EtcdException.DamagedSnapshot if the stream was cut off or its checksum is wrong
     * @throws EtcdException.Disk if it cannot be written
     */
    SnapshotFile snapshotTo(Path file, Duration longest);

    /**
     * Opens a watch over all keys.
     *
     * @param startRevision the first revision wanted, at least 1; it may lie in the future
     * @param responses how the member sends what is large
     */
    EtcdWatch watch(long startRevision, EtcdWatch.Responses responses);

    /** The same, with responses in fragments. */
    default EtcdWatch watch(long startRevision) {
        return watch(startRevision, EtcdWatch.Responses.FRAGMENTED);
    }

    /** Closes the channel; running calls and watches fail. */
    @Override
    void close();
}
