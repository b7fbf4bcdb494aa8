package dev.tidemark.restorer;

import dev.tidemark.schemas.Change;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A random log of dense revisions from 2 on, as etcd could have written it, and what it means, worked out plainly. */
public final class SampleLog {
    public static final long START_MILLIS = 1_700_000_000_000L;
    static final long STEP_MILLIS = 1_000;
    public static final long PROOF_MILLIS = 400;

    private final Random random;
    private final int keys;
    private final Map<Integer, long[]> alive = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private long main = 1;

    private SampleLog(Random random, int keys) {
        this.random = random;
        this.keys = keys;
    }

    /** Puts, deletions, range deletions, transactions that put and delete one key, leases; empty-keyspace moments too. */
    public static List<Change> random(Random random, int revisions, int keys) {
        SampleLog log = new SampleLog(random, keys);
        for (int i = 0; i < revisions; i++) {
            log.revision();
        }
        return log.changes;
    }

    public static long capturedAt(long main) {
        return START_MILLIS + main * STEP_MILLIS;
    }

    public static byte[] key(int id) {
        return (id % 3 == 0 ? "/a/" + id : id % 3 == 1 ? "/b/" + id : "\u0001\u00ff" + id)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private void revision() {
        main++;
        long sub = 0;
        switch (random.nextInt(12)) {
            case 0 -> {
                if (alive.isEmpty()) {
                    put(random.nextInt(keys), sub);
                } else {
                    for (int id : List.copyOf(alive.keySet())) {
                        delete(id, sub++);
                    }
                }
            }
            case 1, 2 -> {
                if (alive.isEmpty()) {
                    put(random.nextInt(keys), sub);
                } else {
                    delete(List.copyOf(alive.keySet()).get(random.nextInt(alive.size())), sub);
                }
            }
            case 3 -> {
                int id = random.nextInt(keys);
                put(id, sub++);
                delete(id, sub);
            }
            case 4, 5 -> {
                int first = random.nextInt(keys);
                for (int id = first; id < Math.min(keys, first + 4); id++) {
                    put(id, sub++);
                }
            }
            default -> put(random.nextInt(keys), sub);
        }
    }

    private void put(int id, long sub) {
        long created = main;
        long[] state = alive.computeIfAbsent(id, missing -> new long[] {created, 0});
        state[1]++;
        byte[] value = new byte[random.nextInt(30)];
        random.nextBytes(value);
        long lease = random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 0;
        changes.add(Change.put(
                main,
                sub,
                key(id),
                value,
                state[0],
                state[1],
                lease,
                capturedAt(main),
                capturedAt(main) - PROOF_MILLIS));
    }

    private void delete(int id, long sub) {
        alive.remove(id);
        changes.add(Change.delete(main, sub, key(id), capturedAt(main), capturedAt(main) - PROOF_MILLIS));
    }

    /** The last main revision. */
    public static long last(List<Change> log) {
        return log.get(log.size() - 1).main();
    }

    /** The live records at a revision, in revision order. */
    public static List<Change> liveAt(List<Change> log, long revision) {
        Map<byte[], Change> last = new TreeMap<>(Arrays::compareUnsigned);
        log.stream().filter(change -> change.main() <= revision).forEach(change -> last.put(change.key(), change));
        return last.values().stream()
                .filter(change -> !change.isTombstone())
                .sorted(Comparator.comparingLong(Change::main).thenComparingLong(Change::sub))
                .toList();
    }

    /** What etcd holds at a revision when it is compacted there: live records, and tombstones of that revision. */
    public static List<Change> compactedAt(List<Change> log, long revision) {
        List<Change> live = liveAt(log, revision);
        List<Change> state = new ArrayList<>(live);
        Map<byte[], Change> last = new TreeMap<>(Arrays::compareUnsigned);
        log.stream().filter(change -> change.main() <= revision).forEach(change -> last.put(change.key(), change));
        last.values().stream()
                .filter(change -> change.isTombstone() && change.main() == revision)
                .forEach(state::add);
        state.sort(Comparator.comparingLong(Change::main).thenComparingLong(Change::sub));
        return state;
    }
}
