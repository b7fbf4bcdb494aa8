package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.output.Sizes;
import dev.tidemark.cli.output.Times;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.restorer.history.Moment;
import dev.tidemark.restorer.info.ArchiveInfo;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.FullPass;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.VerifyRun;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code tidemark info}: what can be restored. */
@Command(
        name = "info",
        description = "Show what can be restored: revisions, times, holes, sizes, how far it is behind.")
final class InfoVerb extends Verb {
    @Override
    Reach reach() {
        return Reach.ALL_CLUSTERS;
    }

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        try (ObjectStore store = new Wiring(settings).storeToRead()) {
            List<ArchiveInfo> clusters = settings.each().stream()
                    .map(cluster -> ArchiveInfo.read(new Wiring(cluster).sources(store, Clock.systemUTC())))
                    .toList();
            output.result(
                    Map.of("clusters", clusters.stream().map(InfoVerb::document).toList()),
                    clusters.stream().map(InfoVerb::text).collect(Collectors.joining()));
        }
        return 0;
    }

    static Map<String, Object> document(ArchiveInfo info) {
        Map<String, Object> cluster = new LinkedHashMap<>();
        cluster.put("name", info.cluster());
        cluster.put(
                "generations",
                info.generations().stream().map(InfoVerb::document).toList());
        cluster.put("holes", info.holes().stream().map(InfoVerb::document).toList());
        Map<String, Object> behind = new LinkedHashMap<>();
        behind.put("topicSeconds", boxed(info.topicSeconds()));
        behind.put("archiveSeconds", boxed(info.archiveSeconds()));
        cluster.put("behind", behind);
        cluster.put("retention", info.retention().map(InfoVerb::document).orElse(null));
        cluster.put("verification", info.verification().map(InfoVerb::document).orElse(null));
        cluster.put("drill", info.drill().map(InfoVerb::document).orElse(null));
        if (!info.note().isEmpty()) {
            cluster.put("note", info.note());
        }
        return cluster;
    }

    private static Map<String, Object> document(ArchiveInfo.Generation generation) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", generation.id());
        document.put("earliest", generation.earliest().map(InfoVerb::document).orElse(null));
        document.put(
                "everySince", generation.everySince().map(InfoVerb::document).orElse(null));
        document.put("latest", generation.latest().map(InfoVerb::document).orElse(null));
        document.put("keptPoints", generation.kept());
        document.put("bases", generation.bases());
        document.put("increments", generation.increments());
        document.put("bytes", generation.bytes());
        document.put(
                "levels", generation.chains().stream().map(InfoVerb::document).toList());
        document.put("endedBy", generation.endedBy().orElse(null));
        return document;
    }

    private static Map<String, Object> document(ArchiveInfo.ChainTotal chain) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("level", chain.kind());
        document.put("manifests", chain.size().manifests());
        document.put("bytes", chain.size().bytes());
        return document;
    }

    private static Map<String, Object> document(Retention retention) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("asOf", Times.document(retention.getAsOfMillis()));
        document.put("pitrSeconds", retention.getPitrMillis() / 1000);
        document.put("hourlySeconds", retention.getHourlyMillis() / 1000);
        document.put("dailySeconds", retention.getDailyMillis() / 1000);
        return document;
    }

    private static Map<String, Object> document(VerifyRun run) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("level", run.getLevel());
        document.put("time", Times.document(run.getStartedAtMillis() + run.getMillis()));
        document.put("ok", run.getOk());
        document.put("sampledParts", run.getSampleParts());
        document.put(
                "lastFullPass",
                Optional.ofNullable(run.getLastFullPass())
                        .map(InfoVerb::document)
                        .orElse(null));
        return document;
    }

    private static Map<String, Object> document(FullPass pass) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("from", Times.document(pass.getStartedAtMillis()));
        document.put("to", Times.document(pass.getEndedAtMillis()));
        document.put("ok", pass.getOk());
        return document;
    }

    private static Map<String, Object> document(DrillRun run) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("revision", run.getRevision() == 0 ? null : run.getRevision());
        document.put("time", Times.document(run.getStartedAtMillis() + run.getMillis()));
        document.put("ok", run.getOk());
        document.put("sourceCompared", run.getSourceHash() >= 0);
        return document;
    }

    private static Map<String, Object> document(Moment moment) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("revision", moment.revision());
        document.put("time", Times.document(moment.notAfterMillis()));
        return document;
    }

    private static Map<String, Object> document(Hole hole) {
        Map<String, Object> document = new LinkedHashMap<>();
        boolean known = hole.missing() == Hole.Missing.RANGE;
        document.put("from", known ? hole.first() : null);
        document.put("to", known ? hole.last() : null);
        document.put("missing", hole.missing().name().toLowerCase(Locale.ROOT));
        document.put("cause", hole.cause());
        document.put("detail", hole.detail());
        return document;
    }

    static String text(ArchiveInfo info) {
        StringBuilder text =
                new StringBuilder("cluster: ").append(info.cluster()).append('\n');
        if (info.generations().isEmpty()) {
            text.append("  nothing is captured yet\n");
        }
        info.generations().forEach(generation -> text.append(text(generation)));
        info.holes().forEach(hole -> text.append("  hole: ").append(hole).append('\n'));
        text.append("  behind: topic ")
                .append(seconds(info.topicSeconds()))
                .append(", archive ")
                .append(seconds(info.archiveSeconds()))
                .append('\n');
        text.append("  kept: ")
                .append(info.retention().map(InfoVerb::text).orElse("everything"))
                .append('\n');
        text.append("  verified: ")
                .append(info.verification().map(InfoVerb::text).orElse("never"))
                .append('\n');
        text.append("  drilled: ")
                .append(info.drill().map(InfoVerb::text).orElse("never"))
                .append('\n');
        return info.note().isEmpty() ? text.toString() : text + "  note: " + info.note() + "\n";
    }

    private static String text(ArchiveInfo.Generation generation) {
        return "  generation " + generation.id() + "\n"
                + "    earliest: " + shown(generation, generation.earliest()) + "\n"
                + (generation.kept() == 0
                        ? ""
                        : "    before "
                                + generation.everySince().map(InfoVerb::shown).orElse("that") + " only "
                                + generation.kept() + " kept points\n")
                + "    latest:   " + shown(generation, generation.latest()) + "\n"
                + "    bases: " + generation.bases() + ", increments: " + generation.increments() + ", "
                + Sizes.bytes(generation.bytes()) + "\n"
                + generation.endedBy().map(end -> "    ended by: " + end + "\n").orElse("");
    }

    private static String text(Retention retention) {
        return "every revision for " + Times.span(retention.getPitrMillis()) + ", full hours for "
                + Times.span(retention.getHourlyMillis()) + ", full days for "
                + Times.span(retention.getDailyMillis()) + ", back from " + Times.shown(retention.getAsOfMillis());
    }

    private static String text(VerifyRun run) {
        String verdict = run.getOk() ? "in order" : "NOT in order: " + run.getFirstFinding();
        String pass = run.getLastFullPass() == null
                ? "not all data were ever read"
                : "all data were read last up to "
                        + Times.shown(run.getLastFullPass().getEndedAtMillis())
                        + (run.getLastFullPass().getOk() ? "" : ", and not in order");
        return run.getLevel() + (run.getSampleParts() > 1 ? " (1 part of " + run.getSampleParts() + ")" : "") + ", "
                + Times.shown(run.getStartedAtMillis() + run.getMillis()) + ", " + verdict + "; " + pass;
    }

    private static String text(DrillRun run) {
        return (run.getRevision() == 0 ? "no revision" : "revision " + run.getRevision()) + ", "
                + Times.shown(run.getStartedAtMillis() + run.getMillis()) + ", "
                + (run.getOk() ? "identical" : "DIFFERENT: " + run.getNote());
    }

    private static String shown(ArchiveInfo.Generation generation, Optional<Moment> moment) {
        return moment.map(InfoVerb::shown)
                .orElse(
                        generation.standing() == ArchiveInfo.Standing.GIVEN_UP
                                ? "nothing is kept of it any more"
                                : "captured, not yet restorable: its base is on the way");
    }

    private static String shown(Moment moment) {
        return "revision " + moment.revision() + ", " + Times.shown(moment.notAfterMillis());
    }

    private static String seconds(OptionalLong seconds) {
        return seconds.isPresent() ? seconds.getAsLong() + " s" : "unknown";
    }

    private static Long boxed(OptionalLong seconds) {
        return seconds.isPresent() ? seconds.getAsLong() : null;
    }
}
