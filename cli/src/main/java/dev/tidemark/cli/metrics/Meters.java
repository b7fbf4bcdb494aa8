package dev.tidemark.cli.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps Micrometer's meters as the last reading was: those of one scrape all stem from one snapshot, and what a service
 * no longer speaks of is gone. Not thread-safe.
 */
final class Meters {
    private final MeterRegistry registry;
    private final Map<Identity, Held> held = new HashMap<>();
    private Set<Identity> seen = new HashSet<>();

    /** A metric with its labels' values. */
    private record Identity(String name, List<String> labels) {}

    /** One meter and its value; Micrometer reads it from whatever thread scrapes. */
    private static final class Held {
        private volatile double value;
        private Meter meter;

        double value() {
            return value;
        }
    }

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    <S> void read(List<Metric<S>> metrics, S service) {
        for (Metric<S> metric : metrics) {
            for (Metric.Sample sample : metric.reader().apply(service)) {
                Identity identity = new Identity(metric.name(), sample.labels());
                seen.add(identity);
                held.computeIfAbsent(identity, unknown -> register(metric, sample.labels())).value = sample.value();
            }
        }
    }

    /** Everything was read: what was not is gone. */
    void finish() {
        held.entrySet().removeIf(entry -> {
            boolean gone = !seen.contains(entry.getKey());
            if (gone) {
                registry.remove(entry.getValue().meter);
            }
            return gone;
        });
        seen = new HashSet<>();
    }

    private Held register(Metric<?> metric, List<String> values) {
        Held made = new Held();
        List<Tag> tags = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            tags.add(Tag.of(metric.labels().get(i), values.get(i)));
        }
        made.meter = switch (metric.kind()) {
            case GAUGE ->
                Gauge.builder(dotted(metric.name()), made, Held::value)
                        .description(metric.meaning())
                        .tags(tags)
                        .register(registry);
            case COUNTER ->
                FunctionCounter.builder(dotted(metric.name()), made, Held::value)
                        .description(metric.meaning())
                        .tags(tags)
                        .register(registry);
        };
        return made;
    }

    /** Micrometer's own form of a name; it puts the ending of a counter back itself. */
    private static String dotted(String name) {
        String stem = name.endsWith("_total") ? name.substring(0, name.length() - "_total".length()) : name;
        return stem.replace('_', '.');
    }
}
