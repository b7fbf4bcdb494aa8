package dev.tidemark.cli.metrics;

import dev.tidemark.archive.catalog.ChainSize;
import dev.tidemark.cli.upkeep.ArchiveStatus;
import dev.tidemark.restorer.info.ArchiveFacts;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.FullPass;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.VerifyRun;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The metrics of an archive, as it was read last. */
final class ArchiveMetrics {
    private ArchiveMetrics() {}

    /** All of them. */
    static List<Metric<ArchiveStatus>> all(InstantSource clock) {
        Catalogue<ArchiveStatus> catalogue =
                new Catalogue<>("tidemark_archive_", List.of("cluster"), status -> List.of(status.cluster()));
        addReach(catalogue, clock);
        addSizes(catalogue);
        addProofs(catalogue);
        return catalogue.metrics();
    }

    private static void addReach(Catalogue<ArchiveStatus> catalogue, InstantSource clock) {
        catalogue
                .gauge(
                        "unreadable",
                        "",
                        "1 while the archive could not be read when its turn was last; the rest is as it was before then.",
                        "1 for a few metrics.archive.interval.",
                        status -> Metric.flag(!status.problem().isEmpty()))
                .perhaps(
                        "read_time_seconds",
                        "seconds",
                        "When what is said of the archive was read, since the epoch.",
                        "Longer ago than a few metrics.archive.interval.",
                        status -> of(status, facts -> Metric.seconds(facts.readAtMillis())))
                .perhaps(
                        "gap_seconds",
                        "seconds",
                        "How long ago that ended which can be restored from the archive alone; while nothing can, how long ago"
                                + " capture began. Where the source is idle it is proven every few minutes that nothing is missing; metrics.archive.interval is in it.",
                        "More than 30 minutes.",
                        status -> status.facts().map(facts -> gap(facts, clock)).orElse(OptionalDouble.empty()))
                .perhaps(
                        "every_revision_since_time_seconds",
                        "seconds",
                        "Since when every revision can be restored, since the epoch, but for the holes between generations.",
                        "",
                        status -> status.facts()
                                .map(facts -> Metric.seconds(facts.everySinceMillis()))
                                .orElse(OptionalDouble.empty()))
                .by(
                        described(
                                "promise_seconds",
                                "seconds",
                                "keeps",
                                "For how long retention keeps every revision, full hours and full days; left out while"
                                        + " everything is kept."),
                        status -> status.facts()
                                .flatMap(ArchiveFacts::retention)
                                .map(ArchiveMetrics::promise)
                                .orElse(Map.of()));
    }

    private static OptionalDouble gap(ArchiveFacts facts, InstantSource clock) {
        return facts.behindSinceMillis().isPresent()
                ? OptionalDouble.of(Math.max(
                        0,
                        Metric.seconds(
                                clock.millis() - facts.behindSinceMillis().getAsLong())))
                : OptionalDouble.empty();
    }

    private static Map<String, Double> promise(Retention retention) {
        Map<String, Double> promise = new LinkedHashMap<>();
        promise.put("every_revision", Metric.seconds(retention.getPitrMillis()));
        promise.put("full_hours", Metric.seconds(retention.getHourlyMillis()));
        promise.put("full_days", Metric.seconds(retention.getDailyMillis()));
        return promise;
    }

    private static void addSizes(Catalogue<ArchiveStatus> catalogue) {
        catalogue
                .by(
                        described(
                                "manifests",
                                "",
                                "level",
                                "Manifests that count, of all generations: `base` and `synthetic` bases, then the levels of"
                                        + " checkpoints."),
                        status -> sizes(status, ChainSize::manifests))
                .by(
                        described(
                                "bytes",
                                "bytes",
                                "level",
                                "Bytes of segments and their indexes that these manifests name; levels share most of theirs."),
                        status -> sizes(status, ChainSize::bytes));
    }

    private static Map<String, Double> sizes(ArchiveStatus status, ToDoubleFunction<ChainSize> size) {
        Map<String, Double> sizes = new LinkedHashMap<>();
        status.facts()
                .map(ArchiveFacts::sizes)
                .orElse(Map.of())
                .forEach((level, chain) -> sizes.put(level, size.applyAsDouble(chain)));
        return sizes;
    }

    private static void addProofs(Catalogue<ArchiveStatus> catalogue) {
        catalogue
                .perhaps(
                        "verification_end_time_seconds",
                        "seconds",
                        "When the last recorded verification ended, whoever ran it, since the epoch.",
                        "Longer ago than you verify.",
                        status -> from(
                                status,
                                ArchiveFacts::verification,
                                run -> Metric.seconds(run.getStartedAtMillis() + run.getMillis())))
                .perhaps(
                        "verification_ok",
                        "",
                        "1 if it found everything in order, 0 if not.",
                        "0.",
                        status -> from(status, ArchiveFacts::verification, run -> Metric.flag(run.getOk())))
                .perhaps(
                        "full_pass_end_time_seconds",
                        "seconds",
                        "When the bytes of every object had last been read by verifications, since the epoch.",
                        "",
                        status -> from(
                                status,
                                facts -> facts.verification().map(VerifyRun::getLastFullPass),
                                (FullPass pass) -> Metric.seconds(pass.getEndedAtMillis())))
                .perhaps(
                        "drill_end_time_seconds",
                        "seconds",
                        "When the last recorded drill ended, whoever ran it, since the epoch.",
                        "Longer ago than you drill.",
                        status -> from(
                                status,
                                ArchiveFacts::drill,
                                (DrillRun run) -> Metric.seconds(run.getStartedAtMillis() + run.getMillis())))
                .perhaps(
                        "drill_ok",
                        "",
                        "1 if it found everything equal, 0 if not.",
                        "0.",
                        status -> from(status, ArchiveFacts::drill, run -> Metric.flag(run.getOk())));
    }

    private static Metric<ArchiveStatus> described(String name, String unit, String label, String meaning) {
        return new Metric<>(name, Metric.Kind.GAUGE, unit, List.of(label), meaning, "", status -> List.of());
    }

    private static OptionalDouble of(ArchiveStatus status, ToDoubleFunction<ArchiveFacts> value) {
        return status.facts().stream().mapToDouble(value).findFirst();
    }

    private static <T> OptionalDouble from(
            ArchiveStatus status, Function<ArchiveFacts, Optional<T>> record, ToDoubleFunction<T> value) {
        return status.facts().flatMap(record).stream().mapToDouble(value).findFirst();
    }
}
