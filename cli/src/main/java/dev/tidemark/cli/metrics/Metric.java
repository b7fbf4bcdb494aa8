package dev.tidemark.cli.metrics;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * One metric: what docs/metrics.md says of it, and how it is read from what a service tells of itself.
 *
 * @param name its name, as Prometheus' conventions want it
 * @param kind what may be done with it
 * @param unit its unit; empty for a plain number or a flag
 * @param labels the names of its labels
 * @param meaning one sentence
 * @param alert what to alert on; empty if nothing
 * @param reader its samples; none where nothing is known
 */
record Metric<S>(
        String name,
        Kind kind,
        String unit,
        List<String> labels,
        String meaning,
        String alert,
        Function<S, List<Sample>> reader) {
    private static final double MILLIS = 1_000.0;

    /** What may be done with a metric. */
    enum Kind {
        /** It goes up and down. */
        GAUGE,
        /** It only goes up, and begins at 0 with the process. */
        COUNTER
    }

    /**
     * One value.
     *
     * @param labels the labels' values, in the order of their names
     */
    record Sample(List<String> labels, double value) {}

    Metric {
        labels = List.copyOf(labels);
    }

    static double seconds(long millis) {
        return millis / MILLIS;
    }

    static OptionalDouble seconds(OptionalLong millis) {
        return millis.isPresent() ? OptionalDouble.of(seconds(millis.getAsLong())) : OptionalDouble.empty();
    }

    static double flag(boolean set) {
        return set ? 1 : 0;
    }
}
