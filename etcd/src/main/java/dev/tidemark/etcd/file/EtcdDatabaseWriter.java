package dev.tidemark.etcd.file;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes an official etcd snapshot: key records streamed in revision order in one pass, then leases, auth and the
 * compaction marks. Memory does not grow with the records but for about 29 bytes a page and the ids of live leases.
 *
 * <p>The file takes its name only when {@link #finish} has it whole and on disk, replacing what stood there; without
 * that, {@link #close} leaves nothing. After an exception only {@link #close} may be called. Not thread-safe.
 */
public final class EtcdDatabaseWriter implements Closeable {
    /** The page size of every common host but some arm64 and ppc64 ones; etcd opens a file of any. */
    public static final int DEFAULT_PAGE_SIZE = 4096;

    private final BboltWriter file;
    private final long compactRevision;
    private final TreeBuilder keys;
    private final HashKv hash;
    private final Set<Long> liveLeases = new HashSet<>();
    private long records;
    private long lastMain;
    private long lastSub = -1;
    private boolean anyLive;

    private EtcdDatabaseWriter(BboltWriter file, long compactRevision) {
        this.file = file;
        this.compactRevision = compactRevision;
        this.keys = file.beginBucket();
        this.hash = new HashKv(Long.MAX_VALUE, compactRevision);
    }

    /** Begins a file with pages of {@link #DEFAULT_PAGE_SIZE}. */
    public static EtcdDatabaseWriter create(Path target, long compactRevision) {
        return create(target, compactRevision, DEFAULT_PAGE_SIZE);
    }

    /**
     * Begins a file.
     *
     * @param target the file's name; its directory exists
     * @param compactRevision what both marks will say, so that no compaction runs at the first start and the member's
     *     revision is at least this; 0 for a history that was never compacted
     * @param pageSize a power of two from 1,024 to 65,536
     */
    public static EtcdDatabaseWriter create(Path target, long compactRevision, int pageSize) {
        if (compactRevision < 0) {
            throw new IllegalArgumentException("not a compaction revision: " + compactRevision);
        }
        return new EtcdDatabaseWriter(BboltWriter.create(target, pageSize), compactRevision);
    }

    /**
     * Takes the next record, above the one before by (main, sub).
     *
     * @param liveness whether it is its key's last state in this file; the lease of such a record must be among the
     *     leases given to {@link #finish}
     */
    public void append(Change change, Liveness liveness) {
        check(change);
        boolean tombstone = change.isTombstone();
        int keySize = KeyRecords.keySize(tombstone);
        int valueSize = KeyRecords.valueSize(change);
        int at = keys.add(keySize, valueSize);
        KeyRecords.putKey(keys.data(), at, change.main(), change.sub(), tombstone);
        KeyRecords.putValue(keys.data(), at + keySize, change);
        hash.add(change.main(), change.sub(), tombstone, liveness, keys.data(), at, keySize + valueSize);
        if (!tombstone && liveness == Liveness.LIVE) {
            anyLive = true;
            if (change.lease() != 0) {
                liveLeases.add(change.lease());
            }
        }
        lastMain = change.main();
        lastSub = change.sub();
        records++;
    }

    /** Ends the file and puts it in its place. */
    public WrittenDatabase finish(FileContents contents) {
        checkLeases(contents.leases());
        file.endBucket("key", keys);
        writeBucket(
                "lease", contents.leases().stream().map(LeaseRecords::encode).toList());
        writeBucket("auth", contents.auth());
        writeBucket("authUsers", contents.authUsers());
        writeBucket("authRoles", contents.authRoles());
        writeBucket("meta", marks(contents));
        for (String empty : List.of("alarm", "cluster", "members", "members_removed")) {
            writeBucket(empty, List.of());
        }
        BboltWriter.Finished finished = file.finish();
        return new WrittenDatabase(
                file.target(),
                finished.bytes(),
                finished.trailerSha256(),
                finished.fileSha256(),
                records,
                lastMain,
                compactRevision,
                Math.max(1, Math.max(lastMain, compactRevision)),
                anyLive ? OptionalLong.of(hash.value()) : OptionalLong.empty());
    }

    /** Drops the file if it was not finished. */
    @Override
    public void close() {
        file.close();
    }

    private void check(Change change) {
        boolean ascends = change.main() > lastMain || (change.main() == lastMain && change.sub() > lastSub);
        if (!ascends || change.main() < 1 || change.sub() < 0) {
            throw refused("record " + change + " after " + lastMain + "/" + lastSub + ": not in revision order");
        }
        boolean sound = change.isTombstone()
                ? change.value().length == 0 && change.version() == 0 && change.lease() == 0
                : KeyRecords.isBump(change)
                        || (change.version() >= 1
                                && change.createRevision() >= 1
                                && change.createRevision() <= change.main());
        if (!sound) {
            throw refused("record " + change + " with create revision " + change.createRevision() + ", version "
                    + change.version() + ", lease " + Long.toHexString(change.lease()));
        }
    }

    private void checkLeases(List<LeaseTtl> leases) {
        Set<Long> given = new HashSet<>();
        for (LeaseTtl lease : leases) {
            if (!given.add(lease.id())) {
                throw refused("lease " + Long.toHexString(lease.id()) + " twice");
            }
            if (lease.ttlSeconds() < 1) {
                throw refused("lease " + Long.toHexString(lease.id()) + " with a TTL of " + lease.ttlSeconds() + " s");
            }
        }
        liveLeases.removeAll(given);
        if (!liveLeases.isEmpty()) {
            throw new MissingLeaseException(file.target(), liveLeases.iterator().next(), liveLeases.size());
        }
    }

    private List<BucketEntry> marks(FileContents contents) {
        TreeMap<String, byte[]> marks = new TreeMap<>();
        if (compactRevision > 0) {
            byte[] revision = new byte[KeyRecords.REVISION_SIZE];
            KeyRecords.putKey(revision, 0, compactRevision, 0, false);
            marks.put("finishedCompactRev", revision);
            marks.put("scheduledCompactRev", revision);
        }
        contents.storageVersion().ifPresent(v -> marks.put("storageVersion", v.getBytes(StandardCharsets.UTF_8)));
        return marks.entrySet().stream()
                .map(e -> new BucketEntry(e.getKey().getBytes(StandardCharsets.UTF_8), e.getValue()))
                .toList();
    }

    private void writeBucket(String name, List<BucketEntry> entries) {
        List<BucketEntry> sorted = entries.stream()
                .sorted((a, b) -> Arrays.compareUnsigned(a.key(), b.key()))
                .toList();
        TreeBuilder bucket = file.beginBucket();
        byte[] last = {};
        for (BucketEntry entry : sorted) {
            boolean ascends = Arrays.compareUnsigned(last, entry.key()) < 0;
            if (!ascends || entry.key().length > Bbolt.MAX_KEY_SIZE) {
                throw refused(
                        "bucket " + name + " with a key of " + entry.key().length + " bytes, empty, too long or twice");
            }
            bucket.add(entry.key(), entry.value());
            last = entry.key();
        }
        file.endBucket(name, bucket);
    }

    private EtcdFileException refused(String what) {
        return EtcdFileException.refused(file.target(), what);
    }
}
