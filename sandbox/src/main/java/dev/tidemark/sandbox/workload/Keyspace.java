package dev.tidemark.sandbox.workload;

import dev.tidemark.schemas.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * etcd's rules for keys, revisions, versions and leases, in memory: the current state, and the changes of the revision
 * in the making. Within a revision, changes are numbered in the order of the operations, and those of a range or a lease
 * in ascending order of keys. Not thread-safe.
 */
final class Keyspace {
    private final NavigableMap<byte[], KeyState> alive = new TreeMap<>(Arrays::compareUnsigned);
    private final Map<Long, NavigableSet<byte[]>> attached = new HashMap<>();
    private List<Change> changes = new ArrayList<>();
    private long revision;

    /** Starts with a state that somebody else made. */
    Keyspace(long revision, Map<byte[], KeyState> state) {
        this.revision = revision;
        alive.putAll(state);
        state.forEach((key, held) -> attach(key, held.lease()));
    }

    /** Carries the request out; returns its changes, all of the next revision, or none if it changed nothing. */
    List<Change> carryOut(Request request) {
        request.applyTo(this);
        List<Change> done = changes;
        changes = new ArrayList<>();
        if (!done.isEmpty()) {
            revision++;
        }
        return done;
    }

    /** Whether the request, carried out now, would make exactly these changes. */
    boolean wouldMake(Request request, List<Change> wanted) {
        if (request instanceof Request.Put put && !isIn(put, wanted)) {
            return false;
        }
        List<Change> made = new Keyspace(revision, alive).carryOut(request);
        return made.size() == wanted.size()
                && IntStream.range(0, made.size()).allMatch(i -> made.get(i).sameContent(wanted.get(i)));
    }

    /** Spares most of the copies. */
    private static boolean isIn(Request.Put put, List<Change> changes) {
        return changes.size() == 1 && Arrays.equals(changes.get(0).key(), put.key());
    }

    void put(byte[] key, byte[] value, long lease) {
        KeyState before = alive.get(key);
        long main = revision + 1;
        long created = before == null ? main : before.createRevision();
        long version = before == null ? 1 : before.version() + 1;
        if (before != null) {
            detach(key, before.lease());
        }
        attach(key, lease);
        alive.put(key, new KeyState(value, created, main, version, lease));
        changes.add(Change.put(main, changes.size(), key, value, created, version, lease, 0, 0));
    }

    void deleteRange(byte[] from, byte[] to) {
        List.copyOf(range(from, to).keySet()).forEach(this::delete);
    }

    void revoke(long lease) {
        List.copyOf(attachedTo(lease)).forEach(this::delete);
    }

    boolean isAlive(byte[] key) {
        return alive.containsKey(key);
    }

    /** The keys that the end of this lease would delete. */
    NavigableSet<byte[]> attachedTo(long lease) {
        return attached.getOrDefault(lease, new TreeSet<>(Arrays::compareUnsigned));
    }

    long revision() {
        return revision;
    }

    private NavigableMap<byte[], KeyState> range(byte[] from, byte[] to) {
        if (to.length == 0) {
            return alive.subMap(from, true, from, true);
        }
        if (to.length == 1 && to[0] == 0) {
            return alive.tailMap(from, true);
        }
        return Arrays.compareUnsigned(from, to) < 0
                ? alive.subMap(from, true, to, false)
                : new TreeMap<>(Arrays::compareUnsigned);
    }

    private void delete(byte[] key) {
        KeyState before = alive.remove(key);
        detach(key, before.lease());
        changes.add(Change.delete(revision + 1, changes.size(), key, 0, 0));
    }

    private void attach(byte[] key, long lease) {
        if (lease != 0) {
            attached.computeIfAbsent(lease, id -> new TreeSet<>(Arrays::compareUnsigned))
                    .add(key);
        }
    }

    private void detach(byte[] key, long lease) {
        if (lease != 0) {
            attachedTo(lease).remove(key);
        }
    }
}
