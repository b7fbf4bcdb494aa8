package dev.tidemark.cli.metrics;

import dev.tidemark.capture.CaptureStatus;
import dev.tidemark.cli.drill.DrillStatus;
import dev.tidemark.compactor.CompactorHealth;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** What one process shows: the metrics and the health of the services that run in it. Thread-safe. */
public final class Monitor implements AutoCloseable {
    private final List<Supplier<CaptureStatus>> captures;
    private final List<Supplier<CompactorHealth>> compactors;
    private final List<Supplier<DrillStatus>> drills;
    private final String version;
    private final InstantSource clock;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Meters meters = new Meters(registry);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /**
     * A monitor of services.
     *
     * @param captures what each capture says of itself when it is asked
     * @param compactors what each compactor says
     * @param drills what the drills of each cluster say
     * @param version what {@code tidemark_build_info} says
     */
    public Monitor(
            List<Supplier<CaptureStatus>> captures,
            List<Supplier<CompactorHealth>> compactors,
            List<Supplier<DrillStatus>> drills,
            String version,
            InstantSource clock) {
        this.captures = List.copyOf(captures);
        this.compactors = List.copyOf(compactors);
        this.drills = List.copyOf(drills);
        this.version = version;
        this.clock = clock;
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** All metrics in Prometheus' text format, as of one moment. */
    synchronized String scrape() {
        meters.read(BuildMetrics.ALL, version);
        captures.forEach(capture -> meters.read(CaptureMetrics.ALL, capture.get()));
        compactors.forEach(compactor -> read(compactor.get()));
        drills.forEach(drill -> meters.read(DrillMetrics.ALL, drill.get()));
        meters.finish();
        return registry.scrape();
    }

    private void read(CompactorHealth health) {
        meters.read(CompactorMetrics.PROCESS, health);
        health.partitions().forEach(partition -> meters.read(CompactorMetrics.partition(clock), partition));
    }

    Health health() {
        return Health.of(
                captures.stream().map(Supplier::get).toList(),
                compactors.stream().map(Supplier::get).toList());
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
