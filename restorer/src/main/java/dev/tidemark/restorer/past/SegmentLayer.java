package dev.tidemark.restorer.past;

import dev.tidemark.archive.segment.KeyCursor;
import dev.tidemark.archive.segment.KeyEntry;
import dev.tidemark.archive.segment.Survivors;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One segment, looked up in its own key index. */
final class SegmentLayer implements PastLayer {
    private final Survivors.Input input;

    SegmentLayer(Survivors.Input input) {
        this.input = input;
    }

    @Override
    public Optional<Found> find(byte[] key, long revision) {
        return input.segment().find(key, revision).map(this::found);
    }

    @Override
    public Map<byte[], Found> newest(byte[] prefix, long revision) {
        Map<byte[], Found> newest = new TreeMap<>(Arrays::compareUnsigned);
        KeyCursor cursor = input.segment().indexOf(prefix);
        while (cursor.next()) {
            byte[] key = cursor.key();
            boolean begins =
                    key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
            if (begins && cursor.main() <= revision) {
                newest.put(key, found(cursor.entry()));
            }
        }
        return newest;
    }

    private Found found(KeyEntry entry) {
        return new Found(lives(entry) ? Optional.of(input.segment()) : Optional.empty(), entry.main(), entry.sub());
    }

    /** A base's records count only if its live set has them: others are leftovers of the source's compaction. */
    private boolean lives(KeyEntry newest) {
        return !newest.tombstone()
                && (!input.base() || input.live().orElseThrow().contains(newest.ordinal()));
    }
}
