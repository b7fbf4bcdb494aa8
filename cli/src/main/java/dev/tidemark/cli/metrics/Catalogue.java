package dev.tidemark.cli.metrics;

import dev.tidemark.cli.metrics.Metric.Kind;
import dev.tidemark.cli.metrics.Metric.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** A list of metrics under one prefix that share their first labels. Made once, then only read. */
final class Catalogue<S> {
    private final String prefix;
    private final List<String> labels;
    private final Function<S, List<String>> values;
    private final List<Metric<S>> metrics = new ArrayList<>();

    /**
     * @param prefix what all names begin with
     * @param labels the labels that each of them has
     * @param values their values
     */
    Catalogue(String prefix, List<String> labels, Function<S, List<String>> values) {
        this.prefix = prefix;
        this.labels = labels;
        this.values = values;
    }

    List<Metric<S>> metrics() {
        return List.copyOf(metrics);
    }

    Catalogue<S> gauge(String name, String unit, String meaning, String alert, ToDoubleFunction<S> value) {
        return add(name, Kind.GAUGE, unit, meaning, alert, s -> OptionalDouble.of(value.applyAsDouble(s)));
    }

    /** A gauge that is left out where its value is not known. */
    Catalogue<S> perhaps(String name, String unit, String meaning, String alert, Function<S, OptionalDouble> value) {
        return add(name, Kind.GAUGE, unit, meaning, alert, value);
    }

    Catalogue<S> counter(String name, String unit, String meaning, String alert, ToDoubleFunction<S> value) {
        return add(name, Kind.COUNTER, unit, meaning, alert, s -> OptionalDouble.of(value.applyAsDouble(s)));
    }

    /** A metric with one value for each constant of an enum, which is its last label, in lower case. */
    <E extends Enum<E>> Catalogue<S> each(
            Metric<S> described, Class<E> type, java.util.function.ToDoubleBiFunction<S, E> value) {
        metrics.add(new Metric<>(
                prefix + described.name(),
                described.kind(),
                described.unit(),
                Stream.concat(labels.stream(), described.labels().stream()).toList(),
                described.meaning(),
                described.alert(),
                s -> Arrays.stream(type.getEnumConstants())
                        .map(constant -> new Sample(
                                with(s, constant.name().toLowerCase(java.util.Locale.ROOT)),
                                value.applyAsDouble(s, constant)))
                        .toList()));
        return this;
    }

    /** A metric with one value for each of what is known, which is its last label. */
    Catalogue<S> by(Metric<S> described, Function<S, Map<String, Double>> known) {
        metrics.add(new Metric<>(
                prefix + described.name(),
                described.kind(),
                described.unit(),
                Stream.concat(labels.stream(), described.labels().stream()).toList(),
                described.meaning(),
                described.alert(),
                s -> known.apply(s).entrySet().stream()
                        .map(entry -> new Sample(with(s, entry.getKey()), entry.getValue()))
                        .toList()));
        return this;
    }

    /** A metric that is always 1 and says something in its last label; left out where that is empty. */
    Catalogue<S> info(String name, String label, String meaning, String alert, Function<S, String> said) {
        metrics.add(new Metric<>(
                prefix + name,
                Kind.GAUGE,
                "",
                Stream.concat(labels.stream(), Stream.of(label)).toList(),
                meaning,
                alert,
                s -> said.apply(s).isEmpty() ? List.of() : List.of(new Sample(with(s, said.apply(s)), 1))));
        return this;
    }

    /** What {@link #each} is told of its metric. */
    static <S> Metric<S> described(String name, Kind kind, String label, String meaning, String alert) {
        return new Metric<>(name, kind, "", List.of(label), meaning, alert, s -> List.of());
    }

    private Catalogue<S> add(
            String name, Kind kind, String unit, String meaning, String alert, Function<S, OptionalDouble> value) {
        metrics.add(new Metric<>(prefix + name, kind, unit, labels, meaning, alert, s -> {
            OptionalDouble known = value.apply(s);
            return known.isPresent() ? List.of(new Sample(values.apply(s), known.getAsDouble())) : List.of();
        }));
        return this;
    }

    private List<String> with(S s, String last) {
        return Stream.concat(values.apply(s).stream(), Stream.of(last)).toList();
    }
}
