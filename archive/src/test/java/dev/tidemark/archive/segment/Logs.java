package dev.tidemark.archive.segment;

import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Random logs as etcd could have written them, and what they mean, worked out the plain way. */
final class Logs {
    private Logs() {}

    /** A log of dense revisions from 2 on: puts, deletions, transactions that touch a key twice, range deletions. */
    static List<Change> random(Random random, int revisions, int keys) {
        List<Change> log = new ArrayList<>();
        Map<Integer, long[]> alive = new TreeMap<>();
        for (long main = 2; main < 2 + revisions; main++) {
            long sub = 0;
            long now = 1_700_000_000_000L + main * 7;
            int operations = random.nextInt(10) == 0 ? 1 + random.nextInt(12) : 1;
            for (int i = 0; i < operations; i++) {
                int kind = random.nextInt(20);
                if (kind == 0 && !alive.isEmpty()) {
                    for (int id : List.copyOf(alive.keySet()).subList(0, 1 + random.nextInt(alive.size()))) {
                        alive.remove(id);
                        log.add(Change.delete(main, sub++, key(id), now, now - 5));
                    }
                } else if (kind < 5 && !alive.isEmpty()) {
                    int id = List.copyOf(alive.keySet()).get(random.nextInt(alive.size()));
                    alive.remove(id);
                    log.add(Change.delete(main, sub++, key(id), now, now - 5));
                } else {
                    log.add(put(random, main, sub++, random.nextInt(keys), alive, now));
                }
            }
        }
        return log;
    }

    private static Change put(Random random, long main, long sub, int id, Map<Integer, long[]> alive, long now) {
        long created = main;
        long[] state = alive.computeIfAbsent(id, ignored -> new long[] {created, 0});
        state[1]++;
        byte[] value = new byte[random.nextInt(40)];
        random.nextBytes(value);
        long lease = random.nextInt(4) == 0 ? random.nextLong() : 0;
        return Change.put(main, sub, key(id), value, state[0], state[1], lease, now, now - 5);
    }

    /** Keys of many shapes: long common beginnings, one the beginning of another, bytes around 0x00 and 0xff. */
    static byte[] key(int id) {
        byte[] common = "/registry/pods/kube-system/".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        int tailLength = 1 + id % 3;
        byte[] key = Arrays.copyOf(common, id % 5 == 0 ? tailLength : common.length + tailLength);
        for (int i = key.length - tailLength, rest = id * 37; i < key.length; i++, rest /= 7) {
            key[i] = (byte) rest;
        }
        key[key.length - 1] = (byte) id;
        return key;
    }

    /** The last change of each key up to a revision, by a map; tombstones included. */
    static Map<String, Change> lastStates(List<Change> log, long upTo) {
        Map<String, Change> last = new HashMap<>();
        for (Change change : log) {
            if (change.main() <= upTo) {
                last.put(Arrays.toString(change.key()), change);
            }
        }
        return last;
    }

    /** Live records at a revision in revision order, plus the tombstones of that revision itself if asked. */
    static List<Change> replay(List<Change> log, long upTo, Tombstones tombstones) {
        return lastStates(log, upTo).values().stream()
                .filter(c -> !c.isTombstone()
                        || tombstones == Tombstones.ALL
                        || (tombstones == Tombstones.OF_TARGET && c.main() == upTo))
                .sorted((a, b) ->
                        a.main() != b.main() ? Long.compare(a.main(), b.main()) : Long.compare(a.sub(), b.sub()))
                .toList();
    }

    static List<LocalSegment> write(SegmentLimits limits, List<Change> log) {
        try {
            Path directory = Files.createTempDirectory("segments");
            try (SegmentCutter cutter = new SegmentCutter(directory, limits)) {
                log.forEach(cutter::append);
                return cutter.finish();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(List<LocalSegment> segments) {
        try {
            for (LocalSegment segment : segments) {
                Files.deleteIfExists(segment.data());
                Files.deleteIfExists(segment.index());
                Files.deleteIfExists(segment.data().getParent());
            }
        } catch (java.nio.file.DirectoryNotEmptyException e) {
            // the next segment's files are still there
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
