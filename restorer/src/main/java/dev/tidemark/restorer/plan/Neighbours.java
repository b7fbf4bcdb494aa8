package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.history.Moment;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The restorable moments nearest to one that is not.
 *
 * @param lower the nearest before it
 * @param higher the nearest after it
 */
public record Neighbours(Optional<Moment> lower, Optional<Moment> higher) {
    /** Whether nothing at all can be restored. */
    public boolean isEmpty() {
        return lower.isEmpty() && higher.isEmpty();
    }

    @Override
    public String toString() {
        return Stream.of(lower, higher)
                .flatMap(Optional::stream)
                .distinct()
                .map(Moment::toString)
                .collect(Collectors.joining(" or "));
    }
}
