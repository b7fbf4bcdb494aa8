package dev.tidemark.restorer;

import dev.tidemark.archive.segment.KeyCursor;
import dev.tidemark.archive.segment.KeyEntry;
import dev.tidemark.archive.segment.Segment;
import dev.tidemark.archive.segment.Survivors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/** Reads single keys as they stood at a moment, without restoring: indexes first, then only the wanted blocks. Thread-safe. */
public final class PastReader {
    private final Sources sources;

    public PastReader(Sources sources) {
        this.sources = sources;
    }

    /**
     * What was found.
     *
     * @param plan what the moment was resolved to
     * @param records the live keys, by key
     */
    public record Answer(RestorePlan plan, List<PastRecord> records) {
        public Answer {
            records = List.copyOf(records);
        }
    }

    /**
     * One key; no record if it did not live then.
     *
     * @throws UnreachableTargetException if the moment cannot be reached
     */
    public Answer get(byte[] key, Target target) {
        try (ArchiveHistory history = ArchiveHistory.openFor(sources, target)) {
            RestorePlan plan = history.plan(target);
            Optional<PastRecord> found = find(history.inputs(plan, PlanInputs.Purpose.LOOKUP), key, plan.revision());
            return new Answer(plan, found.map(List::of).orElse(List.of()));
        }
    }

    /**
     * All live keys that begin with {@code prefix}, in memory: for many, restore as NDJSON with a prefix.
     *
     * @throws UnreachableTargetException if the moment cannot be reached
     */
    public Answer getPrefix(byte[] prefix, Target target) {
        try (ArchiveHistory history = ArchiveHistory.openFor(sources, target)) {
            RestorePlan plan = history.plan(target);
            List<Survivors.Input> inputs = history.inputs(plan, PlanInputs.Purpose.LOOKUP);
            return new Answer(plan, scan(inputs, prefix, plan.revision()));
        }
    }

    /** The newest version decides: newest segment first. */
    private static Optional<PastRecord> find(List<Survivors.Input> inputs, byte[] key, long revision) {
        for (int i = inputs.size() - 1; i >= 0; i--) {
            Survivors.Input input = inputs.get(i);
            Optional<KeyEntry> newest = input.segment().find(key, revision);
            if (newest.isPresent()) {
                return lives(input, newest.get())
                        ? Optional.of(
                                PastRecord.of(input.segment().read(newest.get().ordinal())))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** A base's records count only if its live set has them: others are leftovers of the source's compaction. */
    private static boolean lives(Survivors.Input input, KeyEntry newest) {
        return !newest.tombstone()
                && (!input.base() || input.live().orElseThrow().contains(newest.ordinal()));
    }

    private static List<PastRecord> scan(List<Survivors.Input> inputs, byte[] prefix, long revision) {
        Map<byte[], Boolean> decided = new TreeMap<>(Arrays::compareUnsigned);
        Map<Segment, RoaringBitmap> wanted = new HashMap<>();
        for (int i = inputs.size() - 1; i >= 0; i--) {
            Survivors.Input input = inputs.get(i);
            newest(input.segment(), prefix, revision).forEach((key, entry) -> {
                if (decided.putIfAbsent(key, true) == null && lives(input, entry)) {
                    wanted.computeIfAbsent(input.segment(), segment -> new RoaringBitmap())
                            .add(entry.ordinal());
                }
            });
        }
        List<PastRecord> records = new ArrayList<>();
        wanted.forEach((segment, ordinals) -> segment.scan(ordinals, change -> records.add(PastRecord.of(change))));
        records.sort((one, other) -> Arrays.compareUnsigned(one.key(), other.key()));
        return records;
    }

    private static Map<byte[], KeyEntry> newest(Segment segment, byte[] prefix, long revision) {
        Map<byte[], KeyEntry> newest = new TreeMap<>(Arrays::compareUnsigned);
        KeyCursor cursor = segment.indexFrom(prefix);
        while (cursor.next()) {
            byte[] key = cursor.key();
            if (key.length < prefix.length || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                if (Arrays.compareUnsigned(key, prefix) > 0) {
                    break;
                }
            } else if (cursor.entry().main() <= revision) {
                newest.put(key, cursor.entry());
            }
        }
        return newest;
    }
}
