package dev.tidemark.cli.metrics;

import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.cli.drill.DrillStatus;
import dev.tidemark.cli.upkeep.ArchiveStatus;
import dev.tidemark.cli.upkeep.ExpiryStatus;
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
    private final Services services;
    private final String version;
    private final InstantSource clock;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Meters meters = new Meters(registry);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    /**
     * What says how it stands whenever it is asked.
     *
     * @param captures each capture
     * @param compactors each compactor
     * @param drills the scheduled drills of each cluster
     * @param expiries the scheduled expiries of each cluster
     * @param archives each cluster's archive, as it was read last
     */
    public record Services(
            List<Supplier<CaptureStatus>> captures,
            List<Supplier<CompactorHealth>> compactors,
            List<Supplier<DrillStatus>> drills,
            List<Supplier<ExpiryStatus>> expiries,
            List<Supplier<ArchiveStatus>> archives) {
        /** Captures and nothing else. */
        public static Services ofCaptures(List<Supplier<CaptureStatus>> captures) {
            return new Services(captures, List.of(), List.of(), List.of(), List.of());
        }
    }

    /**
     * A monitor of services.
     *
     * @param version what {@code tidemark_build_info} says
     */
    public Monitor(Services services, String version, InstantSource clock) {
        this.services = services;
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
        services.captures.forEach(capture -> meters.read(CaptureMetrics.ALL, capture.get()));
        services.compactors.forEach(compactor -> read(compactor.get()));
        services.drills.forEach(drill -> meters.read(DrillMetrics.ALL, drill.get()));
        services.expiries.forEach(expiry -> meters.read(ExpiryMetrics.ALL, expiry.get()));
        services.archives.forEach(archive -> meters.read(ArchiveMetrics.all(clock), archive.get()));
        meters.finish();
        return registry.scrape();
    }

    private void read(CompactorHealth health) {
        meters.read(CompactorMetrics.PROCESS, health);
        health.partitions().forEach(partition -> meters.read(CompactorMetrics.partition(clock), partition));
    }

    Health health() {
        return Health.of(
                services.captures.stream().map(Supplier::get).toList(),
                services.compactors.stream().map(Supplier::get).toList(),
                services.drills.stream().map(Supplier::get).toList(),
                services.expiries.stream().map(Supplier::get).toList());
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
