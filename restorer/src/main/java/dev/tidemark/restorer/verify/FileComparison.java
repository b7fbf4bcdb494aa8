package dev.tidemark.restorer.verify;

import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.verify.ladder.Fold;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What two databases say of the same revisions: the source's, which may hold leftovers of its compactions, and a restore.
 * Each is read once, in the order of its records; memory does not grow with them. Not thread-safe.
 */
final class FileComparison {
    private static final int DIGEST_BYTES = 32;
    private static final String AUTH_REVISION =
            HexFormat.of().formatHex("authRevision".getBytes(StandardCharsets.UTF_8));

    private final String endpoint;
    private final EtcdDatabase source;
    private final EtcdDatabase restored;
    private final long from;
    private final Path directory;
    private long compared;

    /** A record as far as it is compared. */
    private record Row(long main, long sub, byte[] digest) {
        private int place(Row other) {
            return main != other.main ? Long.compare(main, other.main) : Long.compare(sub, other.sub);
        }
    }

    /**
     * @param from the revision whose state both hold, and every record since
     */
    FileComparison(String endpoint, EtcdDatabase source, EtcdDatabase restored, long from, Path directory) {
        this.endpoint = endpoint;
        this.source = source;
        this.restored = restored;
        this.from = from;
        this.directory = directory;
    }

    /** How many records of the source were compared. */
    long compared() {
        return compared;
    }

    /** Differences among the records: at most one finding, that counts them. */
    List<Finding> records() {
        Path theirs = directory.resolve("rows-of-the-source");
        Path ours = directory.resolve("rows-of-the-restore");
        write(source, theirs, kept());
        write(restored, ours, ordinal -> true);
        try (DataInputStream their = open(theirs);
                DataInputStream our = open(ours)) {
            return merge(their, our);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the source's records up to the common revision only those count that were its state there. */
    private Predicate<Integer> kept() {
        BitSet counted = new BitSet();
        int[] ordinal = new int[1];
        Path room = directory.resolve("fold");
        try {
            Files.createDirectories(room);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try (Fold fold = new Fold(room, source.bytes() / 256, 1)) {
            source.forEachChange(0, 0, change -> {
                if (change.main() <= from) {
                    fold.add(0, ordinal[0], change);
                } else {
                    counted.set(ordinal[0]);
                }
                ordinal[0]++;
            });
            counted.or(
                    fold.survivors(from, Fold.Tombstones.OF_THE_LAST_REVISION).get(0));
        }
        return counted::get;
    }

    private static void write(EtcdDatabase database, Path file, Predicate<Integer> wanted) {
        MessageDigest digest = sha256();
        int[] ordinal = new int[1];
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            database.forEachChange(0, 0, change -> {
                if (wanted.test(ordinal[0]++)) {
                    put(out, change, digest);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(DataOutputStream out, Change change, MessageDigest digest) {
        digest.update(ByteBuffer.allocate(5 * Long.BYTES)
                .putLong(change.isTombstone() ? 1 : 0)
                .putLong(change.key().length)
                .putLong(change.createRevision())
                .putLong(change.version())
                .putLong(change.lease())
                .flip());
        digest.update(change.key());
        digest.update(change.value());
        try {
            out.writeLong(change.main());
            out.writeLong(change.sub());
            out.write(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Finding> merge(DataInputStream theirs, DataInputStream ours) throws IOException {
        Differences differences = new Differences();
        Optional<Row> their = next(theirs);
        Optional<Row> our = next(ours);
        while (their.isPresent() || our.isPresent()) {
            int order = their.isEmpty() ? 1 : our.isEmpty() ? -1 : their.get().place(our.get());
            if (order < 0) {
                differences.add("lacks", their.get());
            } else if (order > 0) {
                differences.add("holds besides", our.get());
            } else if (!Arrays.equals(their.get().digest, our.get().digest)) {
                differences.add("holds otherwise", their.get());
            }
            if (order <= 0) {
                compared++;
                their = next(theirs);
            }
            if (order >= 0) {
                our = next(ours);
            }
        }
        return differences.finding();
    }

    /** Counts what differs, and remembers where. */
    private final class Differences {
        private long count;
        private String first = "";
        private long firstMain;

        void add(String how, Row row) {
            if (count++ == 0) {
                first = "the archive " + how + " record " + row.main + "/" + row.sub;
                firstMain = row.main;
            }
        }

        List<Finding> finding() {
            if (count == 0) {
                return List.of();
            }
            String more = count == 1 ? "" : ", and " + (count - 1) + " more differ";
            return List.of(SourceRung.differs(
                    endpoint, "its snapshot differs: " + first + more, firstMain, source.revision()));
        }
    }

    private static Optional<Row> next(DataInputStream in) throws IOException {
        try {
            long main = in.readLong();
            return Optional.of(new Row(main, in.readLong(), in.readNBytes(DIGEST_BYTES)));
        } catch (EOFException end) {
            return Optional.empty();
        }
    }

    /** Leases of live keys: what the archive knows of their time to live. */
    List<Finding> leases(RestoreResult.Leases kept) {
        Map<Long, Long> theirs = new HashMap<>();
        source.leases().forEach(lease -> theirs.put(lease.id(), lease.ttlSeconds()));
        List<Finding> findings = new ArrayList<>();
        for (LeaseTtl lease : kept.kept()) {
            Long ttl = theirs.get(lease.id());
            if (ttl == null || ttl != lease.ttlSeconds()) {
                findings.add(lease(
                        lease,
                        "is " + (ttl == null ? "not there" : "granted " + ttl + " s") + ", but in the archive granted "
                                + lease.ttlSeconds() + " s"));
            }
        }
        for (LeaseTtl lease : kept.guessed()) {
            findings.add(lease(lease, "has keys, but the archive does not know its time to live"));
        }
        return findings;
    }

    private Finding lease(LeaseTtl lease, String problem) {
        return SourceRung.differs(
                endpoint,
                "its lease " + Long.toHexString(lease.id()) + " " + problem,
                source.revision(),
                source.revision());
    }

    /** Users and roles; those that were changed a moment ago are on their way. */
    List<Finding> auth() {
        Map<String, String> theirs = pairs(source);
        Map<String, String> ours = pairs(restored);
        String key = "auth/" + AUTH_REVISION;
        if (theirs.equals(ours)) {
            return List.of();
        }
        String problem = String.valueOf(theirs.get(key)).equals(String.valueOf(ours.get(key)))
                ? "its users and roles are others than those of the archive, at the same revision of theirs"
                : "its users and roles have changed since the archive's: theirs are of revision " + number(theirs, key)
                        + ", the archive's of " + number(ours, key) + "; capture looks every 5 minutes";
        return List.of(SourceRung.differs(endpoint, problem, source.revision(), source.revision()));
    }

    private static long number(Map<String, String> pairs, String key) {
        return Optional.ofNullable(pairs.get(key))
                .map(text -> Long.parseUnsignedLong(text, 16))
                .orElse(0L);
    }

    private static Map<String, String> pairs(EtcdDatabase database) {
        Map<String, String> pairs = new TreeMap<>();
        HexFormat hex = HexFormat.of();
        for (String bucket : List.of("auth", "authUsers", "authRoles")) {
            database.forEach(
                    bucket, (key, value) -> pairs.put(bucket + "/" + hex.formatHex(key), hex.formatHex(value)));
        }
        return pairs;
    }

    private static DataInputStream open(Path file) throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
