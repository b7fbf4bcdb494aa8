package dev.tidemark.cli.metrics;

import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.cli.upkeep.ArchiveStatus;
import dev.tidemark.compactor.PartitionHealth;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes docs/metrics.md from the metrics that the code knows. */
final class MetricsPage {
    private static final String HEAD =
            """
            # Metrics and health

            Written from the code; a test compares. `capture`, `compact` and `run` answer over HTTP once `metrics.port` is set, at 127.0.0.1 unless
            `metrics.host` says otherwise:

            - `/metrics`: the metrics below in Prometheus' text format, all of one scrape from one moment, and besides those of the JVM and the process
              (`jvm_…`, `process_…`, `system_…`). A metric whose value is not known is left out.
            - `/health`: JSON, with status 200 when all is well and 503 when something is not: `ok`, `captures[{cluster, ok, state, why, generation, base,
              committedRevision, lagRevisions, lagSeconds, headroom{compactRevision, revisions, seconds, usualSeconds, verdict}}]`,
              `compactors[{ok, streams, paused, partitions[{cluster, partition, ok, phase, why, upkeep, generation, committedRevision}]}]`,
              `drills[{cluster, why}]`, `expiries[{cluster, why}]`. An etcd, Kafka or archive that is away makes it 503; the service waits and goes on by itself, so it is
              something to alert on and no reason to restart the process. `upkeep` says what keeps levels and synthetic bases from being made, `why` of `drills` why the last
              scheduled drill could not be done or what it found to be damaged or different, `why` of `expiries` why the last scheduled expiry could not be done. They leave
              `ok` as it is: they keep nothing from being captured and folded, and no restart mends them; alert on their metrics.

            A compactor folds whatever clusters are in the topic. Drills, expiries and `tidemark_archive_…` go by the configured ones (`clusters`, or `cluster.name`): one that is
            folded and not configured there has none of them, and is named once in the compactor's log.

            What `tidemark_archive_…` says was read from the archive's manifests at `tidemark_archive_read_time_seconds`: once every `metrics.archive.interval`, never for a
            scrape, so it is about as old as that at most while readings succeed. Only the newest generation is read each time; those that have ended once an hour.

            Alert rules to begin with stand in [prometheus-alerts.yaml](../deploy/prometheus-alerts.yaml). Counters begin at 0 with the process,
            and those of one of several clusters also when it is captured anew after its capture has ended.

            """;
    private static final String TABLE =
            """
            | name | type | labels | unit | meaning | what to alert on |
            |---|---|---|---|---|---|
            """;

    private MetricsPage() {}

    static String text() {
        StringBuilder page = new StringBuilder(HEAD);
        section(page, "Capture", CaptureMetrics.ALL);
        section(page, "Compactor, by partition", partition());
        section(page, "Compactor, the process", CompactorMetrics.PROCESS);
        section(page, "Scheduled drills, by cluster", DrillMetrics.ALL);
        section(page, "Scheduled expiries, by cluster", ExpiryMetrics.ALL);
        section(page, "The archive, by cluster, as the compactor's process has read it last", archive());
        section(page, "Every process", BuildMetrics.ALL);
        page.append("## Values of labels\n");
        values(page, "state", CaptureStatus.State.values());
        values(page, "cause", CaptureStatus.ReconnectCause.values());
        page.append("- `keeps`: `every_revision`, `full_hours`, `full_days`\n");
        page.append("- `level`: `base`, `synthetic`, `0` to `3`\n");
        values(page, "phase", PartitionHealth.Phase.values());
        return page.toString();
    }

    /** Every metric. */
    static List<Metric<?>> metrics() {
        List<Metric<?>> all = new ArrayList<>();
        all.addAll(CaptureMetrics.ALL);
        all.addAll(partition());
        all.addAll(CompactorMetrics.PROCESS);
        all.addAll(DrillMetrics.ALL);
        all.addAll(ExpiryMetrics.ALL);
        all.addAll(archive());
        all.addAll(BuildMetrics.ALL);
        return all;
    }

    /** Every metric's name. */
    static List<String> names() {
        return metrics().stream().<String>map(Metric::name).toList();
    }

    private static List<Metric<PartitionHealth>> partition() {
        return CompactorMetrics.partition(InstantSource.system());
    }

    private static List<Metric<ArchiveStatus>> archive() {
        return ArchiveMetrics.all(InstantSource.system());
    }

    private static <S> void section(StringBuilder page, String title, List<Metric<S>> metrics) {
        page.append("## ").append(title).append('\n').append(TABLE);
        for (Metric<S> metric : metrics) {
            page.append(String.format(
                    Locale.ROOT,
                    "| `%s` | %s | %s | %s | %s | %s |\n",
                    metric.name(),
                    metric.kind().name().toLowerCase(Locale.ROOT),
                    String.join(
                            ", ",
                            metric.labels().stream()
                                    .map(name -> "`" + name + "`")
                                    .toList()),
                    metric.unit(),
                    metric.meaning(),
                    metric.alert()));
        }
        page.append('\n');
    }

    private static void values(StringBuilder page, String label, Enum<?>[] values) {
        page.append("- `").append(label).append("`: ");
        page.append(String.join(
                ", ",
                List.of(values).stream()
                        .map(value -> "`" + value.name().toLowerCase(Locale.ROOT) + "`")
                        .toList()));
        page.append('\n');
    }
}
