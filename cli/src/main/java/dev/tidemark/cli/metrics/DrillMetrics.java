package dev.tidemark.cli.metrics;

import dev.tidemark.cli.drill.DrillStatus;
import dev.tidemark.restorer.verify.DrillReport;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** The metrics of scheduled drills. */
final class DrillMetrics {
    static final List<Metric<DrillStatus>> ALL = new Catalogue<DrillStatus>(
                    "tidemark_drill_", List.of("cluster"), status -> List.of(status.cluster()))
            .counter(
                    "runs_total",
                    "",
                    "Drills that came to an end.",
                    "No increase for a few intervals.",
                    DrillStatus::runs)
            .counter(
                    "failures_total",
                    "",
                    "Drills that found a difference, or an archive that is too damaged to restore from.",
                    "Any increase.",
                    DrillStatus::failures)
            .counter(
                    "errors_total",
                    "",
                    "Drills that could not come to an end, as where the archive or an etcd to boot was missing.",
                    "Increases while `runs_total` does not.",
                    DrillStatus::errors)
            .perhaps(
                    "last_ok",
                    "",
                    "1 if the last drill found everything equal, 0 if not, as where the archive is damaged.",
                    "0.",
                    status -> last(status, last -> Metric.flag(last.report().ok())))
            .perhaps(
                    "last_end_time_seconds",
                    "seconds",
                    "When the last drill came to its end, since the epoch.",
                    "Longer ago than a few intervals.",
                    status -> last(status, last -> Metric.seconds(last.endedAtMillis())))
            .perhaps(
                    "last_duration_seconds",
                    "seconds",
                    "How long the last drill took: about what a real restore takes.",
                    "",
                    status -> last(status, last -> Metric.seconds(last.report().millis())))
            .perhaps(
                    "last_revision",
                    "",
                    "The revision that the last drill restored; left out where it could not.",
                    "",
                    status -> status.last()
                            .map(DrillStatus.Last::report)
                            .filter(DrillReport::restored)
                            .map(report -> OptionalDouble.of((double) report.revision()))
                            .orElse(OptionalDouble.empty()))
            .metrics();

    private DrillMetrics() {}

    private static OptionalDouble last(DrillStatus status, ToDoubleFunction<DrillStatus.Last> value) {
        return status.last().stream().mapToDouble(value).findFirst();
    }
}
