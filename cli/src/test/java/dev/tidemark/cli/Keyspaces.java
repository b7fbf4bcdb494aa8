package dev.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.etcd.file.EtcdDatabase;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.workload.KeyState;
import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Whole keyspaces as different readers see them, and how they differ. */
final class Keyspaces {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Keyspaces() {}

    /** The state in a database file that holds nothing but the state at a revision, and that revision's deletions. */
    static NavigableMap<byte[], KeyState> inFile(Path file, long revision) {
        NavigableMap<byte[], KeyState> state = empty();
        try (EtcdDatabase database = EtcdDatabase.open(file)) {
            database.forEachChange(0, 0, change -> {
                boolean expected = change.isTombstone()
                        ? change.main() == revision
                        : state.put(change.key(), stateOf(change)) == null;
                if (!expected) {
                    throw new AssertionError("the state at " + revision + " holds more than live keys: " + change);
                }
            });
        }
        return state;
    }

    /** All records of a database file in their order. */
    static List<Change> recordsIn(Path file) {
        List<Change> records = new ArrayList<>();
        try (EtcdDatabase database = EtcdDatabase.open(file)) {
            database.forEachChange(0, 0, records::add);
        }
        return records;
    }

    /** What etcd's own client reads at a revision; a lease that ends meanwhile makes a newer one. */
    static NavigableMap<byte[], KeyState> readByEtcdctl(EtcdServer etcd, long revision) {
        NavigableMap<byte[], KeyState> state = empty();
        try {
            JsonNode answer = JSON.readTree(etcd.etcdctl(
                    "get", "", "--from-key", "--rev=" + revision, "--command-timeout=60s", "--write-out=json"));
            for (JsonNode kv : answer.path("kvs")) {
                state.put(
                        kv.path("key").binaryValue(),
                        new KeyState(
                                kv.has("value") ? kv.path("value").binaryValue() : new byte[0],
                                kv.path("create_revision").asLong(),
                                kv.path("mod_revision").asLong(),
                                kv.path("version").asLong(),
                                kv.path("lease").asLong()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return state;
    }

    private static KeyState stateOf(Change put) {
        return new KeyState(put.value(), put.createRevision(), put.main(), put.version(), put.lease());
    }

    /** Each key about which the two say something different, with what they say. */
    static List<String> differences(NavigableMap<byte[], KeyState> actual, NavigableMap<byte[], KeyState> expected) {
        TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        keys.addAll(actual.keySet());
        keys.addAll(expected.keySet());
        List<String> differences = new ArrayList<>();
        for (byte[] key : keys) {
            KeyState is = actual.get(key);
            KeyState must = expected.get(key);
            if (is == null || !is.equals(must)) {
                differences.add(HexFormat.of().formatHex(key) + " is " + is + ", must be " + must);
            }
        }
        return differences;
    }

    private static NavigableMap<byte[], KeyState> empty() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }
}
