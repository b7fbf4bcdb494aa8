package dev.tidemark.etcd.file;

import dev.tidemark.etcd.file.Varints.MalformedMessage;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An etcd database file, open for reading: an official snapshot, with its trailing sum or without, or a stopped
 * member's {@code db}. Opening reads a handful of pages; each walk reads the file once, with bounded memory.
 *
 * <p>Whatever is wrong with the file is a {@link DamagedFileException} that names the page. Thread-safe: walks do not
 * disturb each other. But a thread that is interrupted while it reads closes the file, as with every channel.
 */
public final class EtcdDatabase implements Closeable {
    private static final String KEY = "key";
    private static final String META = "meta";
    private static final String LEASE = "lease";

    private final DatabaseFile file;
    private final Map<String, Bucket> buckets;
    private final Map<String, byte[]> meta = new HashMap<>();
    private final long lastRecordRevision;
    private final long compactRevision;

    private EtcdDatabase(DatabaseFile file) {
        this.file = file;
        this.buckets = file.buckets();
        if (!buckets.containsKey(KEY)) {
            throw new DamagedFileException(
                    file.path(), DamagedFileException.NO_PAGE, "has no bucket \"key\": not etcd's database");
        }
        if (buckets.containsKey(META)) {
            forEach(META, (key, value) -> meta.put(new String(key, StandardCharsets.UTF_8), value));
        }
        this.compactRevision = Math.max(mark("finishedCompactRev"), mark("scheduledCompactRev"));
        this.lastRecordRevision = file.lastKeyRevision(buckets.get(KEY));
    }

    /** Opens a file and reads what its head says. */
    public static EtcdDatabase open(Path path) {
        DatabaseFile file = DatabaseFile.open(path);
        try {
            return new EtcdDatabase(file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The revision that a member started from this file has: that of its last record or compaction, at least 1. */
    public long revision() {
        return Math.max(1, Math.max(lastRecordRevision, compactRevision));
    }

    /** The main revision of the last key record; 0 if there is none. */
    public long lastRecordRevision() {
        return lastRecordRevision;
    }

    /**
     * The compaction revision C, the larger of the scheduled and the finished one; 0 if the store was never compacted.
     * While a compaction was under way, records up to C are there in part only.
     */
    public long compactRevision() {
        return compactRevision;
    }

    /** The file's length, the trailing sum included. */
    public long bytes() {
        return file.length();
    }

    /** Bytes a page. */
    public int pageSize() {
        return file.meta().pageSize();
    }

    /** The names of the buckets, ascending. */
    public Set<String> bucketNames() {
        return buckets.keySet();
    }

    /** Gives all entries of a bucket, in ascending key order; nothing if there is no such bucket. */
    public void forEach(String bucket, EntrySink sink) {
        Bucket found = buckets.get(bucket);
        if (found != null) {
            file.walk(found, EtcdDatabase.copying(sink));
        }
    }

    /**
     * Gives all records of the key bucket in (main, sub) order, the empty-key record of a revision bump included.
     *
     * @param capturedAtMillis stamped on every change
     * @param notBeforeMillis stamped on every change
     */
    public void forEachChange(long capturedAtMillis, long notBeforeMillis, Consumer<Change> sink) {
        file.walk(buckets.get(KEY), (bytes, keyAt, keySize, valueAt, valueSize, page) -> {
            Change change;
            try {
                change =
                        KeyRecords.decode(bytes, keyAt, keySize, valueAt, valueSize, capturedAtMillis, notBeforeMillis);
            } catch (MalformedMessage e) {
                throw file.damaged(page, e.getMessage());
            }
            sink.accept(change);
        });
    }

    /** All lease records with their granted TTLs, by id in unsigned order. */
    public List<LeaseTtl> leases() {
        List<LeaseTtl> leases = new ArrayList<>();
        forEach(LEASE, (key, value) -> {
            try {
                leases.add(LeaseRecords.decode(key, value));
            } catch (MalformedMessage e) {
                throw file.damaged(DamagedFileException.NO_PAGE, e.getMessage());
            }
        });
        return List.copyOf(leases);
    }

    /** The storage version, such as {@code 3.6.0}; etcd writes it since 3.6. */
    public Optional<String> storageVersion() {
        return Optional.ofNullable(meta.get("storageVersion")).map(v -> new String(v, StandardCharsets.UTF_8));
    }

    /** Whether the file ends with a SHA-256 of all before, as snapshots do. */
    public boolean hasSha256() {
        return file.hasSha256();
    }

    /** Reads the whole file and checks its trailing sum; gives it in lower-case hex. Fails if there is none. */
    public String verifySha256() {
        return file.verifySha256();
    }

    @Override
    public void close() {
        file.close();
    }

    private long mark(String name) {
        byte[] value = meta.get(name);
        if (value == null) {
            return 0;
        }
        try {
            return KeyRecords.compactionMark(value);
        } catch (MalformedMessage e) {
            throw file.damaged(DamagedFileException.NO_PAGE, name + " is not a revision");
        }
    }

    private static RawSink copying(EntrySink sink) {
        return (bytes, keyAt, keySize, valueAt, valueSize, page) -> sink.entry(
                Arrays.copyOfRange(bytes, keyAt, keyAt + keySize),
                Arrays.copyOfRange(bytes, valueAt, valueAt + valueSize));
    }
}
