package dev.tidemark.etcd.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.etcd.rpc.proto.HashKVResponse;
import dev.tidemark.etcd.rpc.proto.KeyValue;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of real etcds, and real etcds on our files. */
class EtcdFileIT {
    private static final long SEED = 20260801;

    @TempDir
    private Path directory;

    /** etcd 3.4 does not hash at the compaction revision itself. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @EnumSource(value = EtcdVersion.class, mode = EnumSource.Mode.EXCLUDE, names = "V3_4")
    void anyRevisionOfASnapshotComesBackAndLivesOn(EtcdVersion version) {
        try (EtcdServer server = EtcdServer.launch(version, "--max-txn-ops=10000");
                EtcdCalls etcd = new EtcdCalls(server)) {
            FileWorkload workload = new FileWorkload(server, etcd, SEED);
            workload.fill();
            workload.stir();
            workload.revokeALease();
            Source whole = snapshot(server, "whole.db");
            assertThat(whole.revision()).isEqualTo(etcd.revision());
            assertThat(whole.compactRevision()).isZero();
            hashesAreEqual(etcd, whole);

            long compacted = whole.revision() - 100;
            etcd.compact(compacted);
            workload.stir();
            Source later = snapshot(server, "later.db");
            assertThat(later.compactRevision()).isEqualTo(compacted);
            assertThat(later.revision()).isEqualTo(etcd.revision());
            hashesAreEqual(etcd, later);
            historyFromTheCompactionGivesTheSourcesHash(etcd, version, later);

            long deletion = lastDeletion(whole.changes());
            restoredAt(version, whole, deletion);
            restoredAt(version, whole, whole.revision() / 2);
            restoredAt(version, later, later.revision());

            server.stop();
            try (EtcdDatabase own = EtcdDatabase.open(server.database())) {
                assertThat(changes(own)).as("the stopped member's own file").isEqualTo(later.changes());
                assertThat(own.leases()).isEqualTo(later.database().leases());
            }
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aCompactionAtRevisionZeroCompactsNothing(EtcdVersion version) {
        try (EtcdServer server = EtcdServer.launch(version);
                EtcdCalls etcd = new EtcdCalls(server)) {
            etcd.put(new byte[] {1}, new byte[] {2}, 0);
            etcd.compact(0);
            etcd.put(new byte[] {1}, new byte[] {3}, 0);
            Source source = snapshot(server, "zero.db");
            assertThat(source.compactRevision()).isZero();
            assertThat(source.changes()).extracting(Change::main).containsExactly(2L, 3L);
            HashKVResponse answer = etcd.hashKv(3);
            assertThat(HashKv.of(source.database(), 3, answer.getCompactRevision()))
                    .isEqualTo(Integer.toUnsignedLong(answer.getHash()));
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void aFileCarriesAuthAndABumpedRevision(EtcdVersion version) {
        Path written = directory.resolve("written.db");
        long revision;
        try (EtcdServer server = EtcdServer.launch(version)) {
            server.etcdctl("put", "a", "1");
            server.etcdctl("put", "a", "2");
            server.etcdctl("user", "add", "root:secret");
            server.etcdctl("role", "add", "reader");
            server.etcdctl("role", "grant-permission", "reader", "read", "a");
            server.etcdctl("user", "grant-role", "root", "root");
            server.etcdctl("auth", "enable");
            Path file = directory.resolve("source.db");
            server.etcdctl("--user=root:secret", "snapshot", "save", file.toString());
            try (EtcdDatabase database = EtcdDatabase.open(file);
                    EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(written, database.revision() + 1_000_000)) {
                revision = database.revision();
                List<Change> changes = changes(database);
                writer.append(changes.get(changes.size() - 1), Liveness.LIVE);
                writer.finish(new FileContents(
                        List.of(),
                        entries(database, "auth"),
                        entries(database, "authUsers"),
                        entries(database, "authRoles"),
                        Optional.empty()));
            }
        }
        try (EtcdServer restored = EtcdServer.restored(written, version)) {
            assertThat(restored.etcdctl("--user=root:secret", "get", "a", "-w", "fields"))
                    .contains("\"Revision\" : " + (revision + 1_000_000), "\"Value\" : \"2\"", "\"Version\" : 2");
            assertThat(restored.etcdctl("--user=root:secret", "role", "list")).contains("reader");
            restored.etcdctl("--user=root:secret", "put", "a", "3");
            assertThat(restored.etcdctl("--user=root:secret", "get", "a", "-w", "fields"))
                    .contains("\"ModRevision\" : " + (revision + 1_000_001));
        }
    }

    private Source snapshot(EtcdServer server, String name) {
        Path file = directory.resolve(name);
        server.etcdctl("snapshot", "save", file.toString());
        EtcdDatabase database = EtcdDatabase.open(file);
        assertThat(database.hasSha256()).isTrue();
        database.verifySha256();
        return new Source(database, changes(database));
    }

    private static void hashesAreEqual(EtcdCalls etcd, Source source) {
        SplittableRandom random = new SplittableRandom(SEED);
        long first = Math.max(2, source.compactRevision());
        for (int i = 0; i < 12; i++) {
            // the compaction revision itself may be answered from a cache, with the compaction before it
            long revision = i == 0 ? source.revision() : random.nextLong(first + 1, source.revision());
            HashKVResponse answer = etcd.hashKv(revision);
            long expected = Integer.toUnsignedLong(answer.getHash());
            assertThat(HashKv.of(source.database(), revision, answer.getCompactRevision()))
                    .as("revision %s of %s", revision, answer)
                    .isEqualTo(expected);
            LiveSet live = LiveSet.at(source.changes(), revision);
            HashKv streamed = new HashKv(revision, answer.getCompactRevision());
            source.changes().forEach(change -> streamed.add(change, live.of(change)));
            assertThat(streamed.value()).isEqualTo(expected);
        }
    }

    /** A file with every record above C and the marks at C answers as its source does. */
    private void historyFromTheCompactionGivesTheSourcesHash(EtcdCalls etcd, EtcdVersion version, Source source) {
        Path file = directory.resolve("history.db");
        long from = source.compactRevision();
        LiveSet live = LiveSet.of(source.changes());
        LiveSet liveAtStart = LiveSet.at(source.changes(), from);
        WrittenDatabase written;
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(file, from)) {
            for (Change change : source.changes()) {
                boolean kept = change.main() > from
                        || liveAtStart.of(change) == Liveness.LIVE
                        || (change.main() == from && change.isTombstone());
                if (kept) {
                    writer.append(change, live.of(change));
                }
            }
            written = writer.finish(FileContents.of(source.database().leases()));
        }
        try (EtcdServer restored = EtcdServer.restored(file, version);
                EtcdCalls calls = new EtcdCalls(restored)) {
            long revision = source.revision();
            assertThat(calls.hashKv(revision).getHash())
                    .isEqualTo(etcd.hashKv(revision).getHash())
                    .isEqualTo((int) written.hashKv().orElseThrow());
            assertThat(calls.hashKv(from + 10).getHash())
                    .isEqualTo(etcd.hashKv(from + 10).getHash());
        }
    }

    private void restoredAt(EtcdVersion version, Source source, long revision) {
        Path file = directory.resolve("at-" + revision + ".db");
        LiveSet live = LiveSet.at(source.changes(), revision);
        WrittenDatabase written = writeState(file, source, revision, live);
        TreeShape.check(file);
        try (EtcdServer restored = EtcdServer.restored(file, version);
                EtcdCalls calls = new EtcdCalls(restored)) {
            assertThat(restored.etcdutl("snapshot", "status", file.toString(), "-w", "json"))
                    .contains("\"revision\":" + written.lastRecordRevision());
            assertThat(calls.revision()).isEqualTo(revision);
            List<Change> expected = liveByKey(source.changes(), live);
            assertThat(calls.all().stream().map(EtcdFileIT::describe).toList())
                    .isEqualTo(expected.stream().map(EtcdFileIT::describe).toList());
            assertThat(Integer.toUnsignedLong(calls.hashKv(revision).getHash()))
                    .isEqualTo(written.hashKv().orElseThrow());
            livesOn(restored, calls, expected);
        }
    }

    private static WrittenDatabase writeState(Path file, Source source, long revision, LiveSet live) {
        try (EtcdDatabaseWriter writer = EtcdDatabaseWriter.create(file, revision)) {
            List<Long> leases = new ArrayList<>();
            for (Change change : source.changes()) {
                boolean kept = live.of(change) == Liveness.LIVE || (change.main() == revision && change.isTombstone());
                if (kept) {
                    writer.append(change, live.of(change));
                    leases.add(change.lease());
                }
            }
            // the table is of the snapshot; a lease that was revoked since has no TTL there
            List<LeaseTtl> table = new ArrayList<>(source.database().leases());
            leases.stream()
                    .distinct()
                    .filter(id -> id != 0 && table.stream().noneMatch(lease -> lease.id() == id))
                    .map(id -> new LeaseTtl(id, 3600))
                    .toList()
                    .forEach(table::add);
            return writer.finish(FileContents.of(table));
        }
    }

    /** What kills an etcd whose file is wrong inside: deletions that shrink the tree, and puts that keep a lease. */
    private void livesOn(EtcdServer server, EtcdCalls etcd, List<Change> keys) {
        Map<ByteBuffer, Change> left = new TreeMap<>();
        for (int i = 0; i < keys.size(); i++) {
            Change key = keys.get(i);
            if (key.lease() != 0) {
                etcd.putKeepingLease(key.key(), new byte[] {1});
            } else if (i % 3 > 0) {
                etcd.delete(key.key(), new byte[0]);
            } else {
                left.put(ByteBuffer.wrap(key.key()), key);
            }
        }
        etcd.compact(etcd.revision());
        server.etcdctl("defrag");
        for (Change key : left.values()) {
            etcd.put(key.key(), new byte[] {2}, 0);
        }
        etcd.compact(etcd.revision());
        server.stop();
        server.start();
        List<KeyValue> all = etcd.all();
        assertThat(all)
                .hasSize(left.size()
                        + (int) keys.stream().filter(k -> k.lease() != 0).count());
        Source after = snapshot(server, "after-" + keys.size() + "-" + System.nanoTime() + ".db");
        long revision = after.revision();
        assertThat(HashKv.of(after.database(), revision, etcd.hashKv(revision).getCompactRevision()))
                .isEqualTo(Integer.toUnsignedLong(etcd.hashKv(revision).getHash()));
        after.database().close();
    }

    private static long lastDeletion(List<Change> changes) {
        return changes.stream()
                .filter(Change::isTombstone)
                .mapToLong(Change::main)
                .max()
                .orElseThrow();
    }

    private static List<Change> liveByKey(List<Change> changes, LiveSet live) {
        return changes.stream()
                .filter(change -> live.of(change) == Liveness.LIVE)
                .sorted((a, b) -> Arrays.compareUnsigned(a.key(), b.key()))
                .toList();
    }

    private static List<Change> changes(EtcdDatabase database) {
        List<Change> changes = new ArrayList<>();
        database.forEachChange(0, 0, changes::add);
        return changes;
    }

    private static List<BucketEntry> entries(EtcdDatabase database, String bucket) {
        List<BucketEntry> entries = new ArrayList<>();
        database.forEach(bucket, (key, value) -> entries.add(new BucketEntry(key, value)));
        return entries;
    }

    private static List<Object> describe(Change change) {
        return List.of(
                new String(change.key(), StandardCharsets.ISO_8859_1),
                change.createRevision(),
                change.main(),
                change.version(),
                change.lease(),
                Arrays.hashCode(change.value()),
                change.value().length);
    }

    private static List<Object> describe(KeyValue kv) {
        return List.of(
                kv.getKey().toString(StandardCharsets.ISO_8859_1),
                kv.getCreateRevision(),
                kv.getModRevision(),
                kv.getVersion(),
                kv.getLease(),
                Arrays.hashCode(kv.getValue().toByteArray()),
                kv.getValue().size());
    }

    /** A snapshot of a real etcd, in memory too. */
    private record Source(EtcdDatabase database, List<Change> changes) {
        long revision() {
            return database.revision();
        }

        long compactRevision() {
            return database.compactRevision();
        }
    }
}
