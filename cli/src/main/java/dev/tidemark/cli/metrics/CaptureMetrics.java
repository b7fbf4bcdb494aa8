package dev.tidemark.cli.metrics;

import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.capture.status.CaptureStatus.ReconnectCause;
import dev.tidemark.capture.status.CaptureStatus.State;
import dev.tidemark.capture.status.Headroom;
import dev.tidemark.cli.metrics.Metric.Kind;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The metrics of capture, one set a cluster. */
final class CaptureMetrics {
    static final List<Metric<CaptureStatus>> ALL = new Catalogue<CaptureStatus>(
                    "tidemark_capture_", List.of("cluster"), status -> List.of(status.cluster()))
            .each(
                    Catalogue.described(
                            "state",
                            Kind.GAUGE,
                            "state",
                            "1 for what capture is doing now, 0 for the rest.",
                            "`waiting_for_…` for more than a few minutes; `stopped`."),
                    State.class,
                    (status, state) -> Metric.flag(status.state() == state))
            .info(
                    "generation_info",
                    "generation",
                    "1 for the generation that stands in the topic; a new one means that the one before ended.",
                    "",
                    CaptureStatus::generation)
            .gauge(
                    "base_pending",
                    "",
                    "1 while the generation's base is on the way into the archive: until then it cannot be restored.",
                    "1 for hours: the snapshot does not get through.",
                    status -> Metric.flag(status.base() == CaptureStatus.Base.PENDING))
            .gauge(
                    "committed_revision",
                    "",
                    "The last revision that is committed in the topic.",
                    "",
                    status -> status.revisions().committed())
            .gauge(
                    "received_revision",
                    "",
                    "The last revision that was received from the source.",
                    "",
                    status -> status.revisions().received())
            .gauge(
                    "source_revision",
                    "",
                    "The newest revision that the source is known to have.",
                    "",
                    status -> status.revisions().source())
            .perhaps(
                    "lag_revisions",
                    "",
                    "Revisions that the source is known to have and the topic has not.",
                    "",
                    lag(lag -> (double) lag.revisions()))
            .perhaps(
                    "lag_seconds",
                    "seconds",
                    "How long the oldest revision that is missing in the topic may have existed; while the source cannot"
                            + " be reached, how long ago it was last known that nothing is missing. What would be lost"
                            + " if the source were lost now.",
                    "More than you may lose.",
                    lag(lag -> Metric.seconds(lag.millis())))
            .perhaps(
                    "compaction_headroom_revisions",
                    "",
                    "How far the topic is ahead of the source's compact revision; negative if it has been overtaken.",
                    "",
                    headroom(headroom -> OptionalDouble.of((double) headroom.revisions())))
            .perhaps(
                    "compaction_headroom_seconds",
                    "seconds",
                    "After how long a compaction of the source would overtake the topic if nothing more were captured;"
                            + " left out until two compactions were seen. Behind it is a hole and a new base.",
                    "",
                    headroom(headroom -> Metric.seconds(headroom.millis())))
            .perhaps(
                    "compaction_headroom_short",
                    "",
                    "1 if capture lags and less than half of the usual time is left until a compaction overtakes it.",
                    "1.",
                    headroom(headroom -> OptionalDouble.of(Metric.flag(headroom.verdict() == Headroom.Verdict.SHORT))))
            .counter("revisions_total", "", "Revisions committed.", "", status -> status.totals()
                    .revisions())
            .counter(
                    "bytes_total",
                    "bytes",
                    "Bytes of the records committed, before compression.",
                    "",
                    status -> status.totals().bytes())
            .counter(
                    "records_total",
                    "",
                    "Records committed: batches of revisions, and what tells time.",
                    "",
                    status -> status.totals().records())
            .counter(
                    "transactions_total",
                    "",
                    "Transactions committed; of who captures at least three in a checkpoint.interval, even if nothing is"
                            + " written.",
                    "No increase for minutes, but of a standby.",
                    status -> status.totals().transactions())
            .each(
                    Catalogue.described(
                            "reconnects_total",
                            Kind.COUNTER,
                            "cause",
                            "How often the watch had to be opened anew or could not be opened, by cause.",
                            "A lasting rate of one cause."),
                    ReconnectCause.class,
                    (status, cause) -> status.totals().reconnects().get(cause))
            .gauge(
                    "spool_memory_bytes",
                    "bytes",
                    "Bytes that wait in memory for the topic.",
                    "",
                    status -> status.spool().memoryBytes())
            .gauge(
                    "spool_disk_bytes",
                    "bytes",
                    "Bytes that wait on disk for the topic.",
                    "More than half of `tidemark_capture_spool_disk_limit_bytes`.",
                    status -> status.spool().diskBytes())
            .gauge(
                    "spool_disk_limit_bytes",
                    "bytes",
                    "Bytes that may wait on disk before the watch is closed: capture.spool.bytes.",
                    "",
                    status -> status.spool().diskLimit())
            .perhaps(
                    "clock_skew_seconds",
                    "seconds",
                    "How far the broker's clock is ahead of capture's, within some milliseconds.",
                    "More than 10 s either way: targets given as times are that much off.",
                    status -> Metric.seconds(status.clockSkewMillis()))
            .gauge(
                    "topic_unreadable_seconds",
                    "seconds",
                    "For how long the end of what can be read in the topic has stood still before its end, looked at once"
                            + " a minute: a transaction that nobody ends stops all readers.",
                    "More than a minute: `kafka-transactions.sh find-hanging`.",
                    status -> status.unreadableMillis() / 1e3)
            .metrics();

    private CaptureMetrics() {}

    private static Function<CaptureStatus, OptionalDouble> lag(Function<CaptureStatus.Lag, Double> value) {
        return status ->
                status.lag().map(lag -> OptionalDouble.of(value.apply(lag))).orElse(OptionalDouble.empty());
    }

    private static Function<CaptureStatus, OptionalDouble> headroom(Function<Headroom, OptionalDouble> value) {
        return status -> status.headroom().map(value).orElse(OptionalDouble.empty());
    }
}
