package dev.tidemark.archive.level;

import dev.tidemark.schemas.avro.LevelPolicy;
import dev.tidemark.schemas.avro.ManifestRow;
import java.util.List;
import java.util.Optional;

/**
 * Which checkpoints of the level below make the next one of a level: a pure function of what is committed, and of no
 * clock, so that everybody groups alike.
 */
final class Grouping {
    private Grouping() {}

    /**
     * The next group, as soon as it is complete: it has as many children as the level takes, or the child after it begins
     * so long after the group's own beginning that it belongs to the next one.
     *
     * @param waiting the checkpoints that no group has yet, oldest first
     */
    static Optional<List<ManifestRow>> next(List<ManifestRow> waiting, LevelPolicy policy) {
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        long until = waiting.get(0).getFirstCapturedAtMillis() + policy.getMillis();
        int size = 1;
        while (size < waiting.size()
                && size < policy.getChildren()
                && waiting.get(size).getFirstCapturedAtMillis() < until) {
            size++;
        }
        boolean complete = size == policy.getChildren() || size < waiting.size();
        return complete ? Optional.of(List.copyOf(waiting.subList(0, size))) : Optional.empty();
    }
}
