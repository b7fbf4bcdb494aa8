package dev.tidemark.cli.metrics;

import dev.tidemark.cli.upkeep.ExpiryStatus;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** The metrics of scheduled expiries. */
final class ExpiryMetrics {
    static final List<Metric<ExpiryStatus>> ALL = new Catalogue<ExpiryStatus>(
                    "tidemark_expire_", List.of("cluster"), status -> List.of(status.cluster()))
            .counter(
                    "runs_total",
                    "",
                    "Expiries that came to an end.",
                    "No increase for a few intervals.",
                    ExpiryStatus::runs)
            .counter(
                    "errors_total",
                    "",
                    "Expiries that could not come to an end, as where the archive was away or damaged, or the settings"
                            + " promise less than before.",
                    "",
                    ExpiryStatus::errors)
            .gauge(
                    "failing",
                    "",
                    "1 while the last expiry could not come to an end: nothing is lost by that, but nothing is deleted.",
                    "1 for a few intervals.",
                    status -> Metric.flag(!status.problem().isEmpty()))
            .counter("deleted_objects_total", "", "Objects deleted.", "", ExpiryStatus::deletedObjects)
            .counter("deleted_bytes_total", "bytes", "Bytes of the objects deleted.", "", ExpiryStatus::deletedBytes)
            .perhaps(
                    "last_end_time_seconds",
                    "seconds",
                    "When the last expiry came to its end, since the epoch.",
                    "Longer ago than a few intervals.",
                    status -> last(status, last -> Metric.seconds(last.endedAtMillis())))
            .perhaps(
                    "last_duration_seconds",
                    "seconds",
                    "How long the last expiry took.",
                    "",
                    status -> last(status, last -> Metric.seconds(last.endedAtMillis() - last.startedAtMillis())))
            .perhaps(
                    "last_condemned_bytes",
                    "bytes",
                    "Bytes that the last expiry found to be named by nothing any more.",
                    "",
                    status -> last(status, last -> last.report().condemned().bytes()))
            .perhaps(
                    "last_deleted_bytes",
                    "bytes",
                    "Bytes that the last expiry deleted.",
                    "",
                    status -> last(status, last -> last.report().deleted().bytes()))
            .perhaps(
                    "last_waiting_bytes",
                    "bytes",
                    "Bytes that were condemned before, and whose retention.grace is not over.",
                    "",
                    status -> last(status, last -> last.report().waiting().bytes()))
            .metrics();

    private ExpiryMetrics() {}

    private static OptionalDouble last(ExpiryStatus status, ToDoubleFunction<ExpiryStatus.Last> value) {
        return status.last().stream().mapToDouble(value).findFirst();
    }
}
