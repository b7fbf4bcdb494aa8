package dev.tidemark.cli.metrics;

import dev.tidemark.cli.metrics.Metric.Kind;
import dev.tidemark.compactor.CompactorHealth;
import dev.tidemark.compactor.PartitionHealth;
import dev.tidemark.compactor.PartitionHealth.Phase;
import java.time.InstantSource;
import java.util.List;

/** The metrics of the compactor: one set a partition that it holds, and a few for all of them. */
final class CompactorMetrics {
    static final List<Metric<CompactorHealth>> PROCESS = new Catalogue<CompactorHealth>(
                    "tidemark_compactor_", List.of(), health -> List.of())
            .info(
                    "streams_info",
                    "state",
                    "1 for the state that Kafka Streams is in.",
                    "Absent: no compactor runs. Other than `RUNNING` for many minutes.",
                    CompactorHealth::streams)
            .gauge(
                    "paused",
                    "",
                    "1 while the flow is stopped, as too much is buffered: the archive is slower than the topic.",
                    "1 for many minutes.",
                    health -> Metric.flag(health.paused()))
            .perhaps(
                    "topic_retention_seconds",
                    "seconds",
                    "How long the topic keeps a record: what is in no checkpoint by then is lost. Left out where it keeps"
                            + " them for ever, or this user may not know.",
                    "Less than twice tidemark_compactor_open_interval_age_seconds.",
                    health -> Metric.seconds(health.topicRetentionMillis()))
            .metrics();

    private CompactorMetrics() {}

    /** The metrics of one partition. */
    static List<Metric<PartitionHealth>> partition(InstantSource clock) {
        return new Catalogue<PartitionHealth>(
                        "tidemark_compactor_",
                        List.of("cluster", "partition"),
                        health -> List.of(health.cluster(), Integer.toString(health.partition())))
                .each(
                        Catalogue.described(
                                "phase",
                                Kind.GAUGE,
                                "phase",
                                "1 for what the compactor is doing with the partition now, 0 for the rest.",
                                "`stopped` or `in_hole`; `waiting` for more than a few minutes."),
                        Phase.class,
                        (health, phase) -> Metric.flag(health.phase() == phase))
                .gauge(
                        "committed_revision",
                        "",
                        "The last revision that stands in a checkpoint of the archive.",
                        "",
                        PartitionHealth::committedRevision)
                .gauge(
                        "folded_revision",
                        "",
                        "The last revision read; those after the committed one are in the open interval.",
                        "",
                        PartitionHealth::foldedRevision)
                .gauge(
                        "open_interval_age_seconds",
                        "seconds",
                        "Age of the open interval's first record; 0 if it is empty. How far the archive is behind the"
                                + " topic.",
                        "More than a few times checkpoint.interval.",
                        health -> age(health, clock))
                .gauge(
                        "open_interval_bytes",
                        "bytes",
                        "Record bytes in the open interval.",
                        "",
                        PartitionHealth::openBytes)
                .gauge(
                        "backlog_bytes",
                        "bytes",
                        "Bytes delivered by Kafka and not yet read.",
                        "",
                        PartitionHealth::backlogBytes)
                .counter(
                        "commits_total",
                        "",
                        "Checkpoints committed.",
                        "No increase for hours.",
                        PartitionHealth::commits)
                .gauge(
                        "upkeep_failing",
                        "",
                        "1 while levels and synthetic bases cannot be made; restores go on with what there is, and take"
                                + " longer.",
                        "1 for more than an hour.",
                        health -> Metric.flag(!health.upkeepFailing().isEmpty()))
                .metrics();
    }

    private static double age(PartitionHealth health, InstantSource clock) {
        return health.openSinceMillis() == 0
                ? 0
                : Math.max(0, Metric.seconds(clock.millis() - health.openSinceMillis()));
    }
}
