package dev.tidemark.cli;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.retention.Amount;
import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.ExpiryReport;
import dev.tidemark.archive.retention.Restorable;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.output.Sizes;
import dev.tidemark.cli.output.Times;
import dev.tidemark.cli.settings.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark expire}: gives up what retention no longer keeps. */
@Command(
        name = "expire",
        description = "Apply retention.*: print what stays restorable, give up the rest, delete it after its grace.")
final class ExpireVerb extends Verb {
    private static final int SHOWN_POINTS = 20;

    @Option(names = "--dry-run", description = "Only say what would be done.")
    boolean dryRun;

    @Option(
            names = "--shorten",
            description = "Keep less than was promised before: what is given up cannot be had again.")
    boolean shorten;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        Wiring wiring = new Wiring(settings);
        RetentionPolicy policy = wiring.retention();
        try (ObjectStore store = wiring.storeToRead()) {
            ClusterArchive archive = wiring.archive(store);
            Expiry expiry = Wiring.expiry(archive, policy, shorten ? Expiry.Promise.SHORTENED : Expiry.Promise.KEPT);
            List<Restorable> restorable = expiry.restorable();
            shown(restorable).lines().forEach(output::say);
            ExpiryReport report = dryRun ? expiry.rehearse() : expiry.run();
            output.result(document(restorable, report), text(report));
            return 0;
        }
    }

    private Map<String, Object> document(List<Restorable> restorable, ExpiryReport report) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("dryRun", dryRun);
        document.put("restorable", restorable.stream().map(ExpireVerb::document).toList());
        document.put("lockedLonger", report.locks().extended());
        document.put("notLocked", report.locks().missing());
        document.put("condemned", document(report.condemned()));
        document.put("waiting", document(report.waiting()));
        document.put("deleted", document(report.deleted()));
        document.put(
                "nextAt",
                report.nextAt().map(at -> Times.document(at.toEpochMilli())).orElse(null));
        return document;
    }

    private static Map<String, Object> document(Restorable restorable) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("generation", restorable.generation());
        document.put("every", restorable.kind() == Restorable.Kind.EVERY_REVISION);
        document.put("from", moment(restorable.from(), restorable.fromMillis()));
        document.put("to", moment(restorable.to(), restorable.toMillis()));
        return document;
    }

    private static Map<String, Object> moment(long revision, long millis) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("revision", revision);
        document.put("time", Times.document(millis));
        return document;
    }

    private static Map<String, Object> document(Amount amount) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("objects", amount.objects());
        document.put("bytes", amount.bytes());
        return document;
    }

    /** What stays, before anything goes. */
    private static String shown(List<Restorable> restorable) {
        if (restorable.isEmpty()) {
            return "nothing can be restored yet, so nothing is given up";
        }
        StringBuilder text = new StringBuilder("stays restorable:\n");
        restorable.stream()
                .filter(range -> range.kind() == Restorable.Kind.EVERY_REVISION)
                .forEach(range -> text.append("  every revision of ")
                        .append(range.generation())
                        .append(" from ")
                        .append(range.from())
                        .append(" (")
                        .append(Times.shown(range.fromMillis()))
                        .append(") to ")
                        .append(range.to())
                        .append(" (")
                        .append(Times.shown(range.toMillis()))
                        .append(")\n"));
        List<Restorable> points = restorable.stream()
                .filter(range -> range.kind() == Restorable.Kind.KEPT_POINT)
                .toList();
        points.stream().limit(SHOWN_POINTS).forEach(point -> text.append("  revision ")
                .append(point.to())
                .append(" of ")
                .append(point.generation())
                .append(" (")
                .append(Times.shown(point.toMillis()))
                .append(")\n"));
        if (points.size() > SHOWN_POINTS) {
            text.append("  and ").append(points.size() - SHOWN_POINTS).append(" more; --json has all\n");
        }
        return text.toString();
    }

    private String text(ExpiryReport report) {
        String would = dryRun ? "would be " : "";
        StringBuilder text = new StringBuilder()
                .append("deleted: ")
                .append(would)
                .append(amount(report.deleted()))
                .append("\ncondemned: ")
                .append(would)
                .append(amount(report.condemned()));
        if (report.locks().extended() > 0) {
            text.append("\nlocked for longer: ")
                    .append(report.locks().extended())
                    .append(" objects");
        }
        if (report.locks().missing() > 0) {
            text.append("\nNOT LOCKED: ")
                    .append(report.locks().missing())
                    .append(
                            " objects that restores need: retention.lock only makes locks last longer, and the store has"
                                    + " locked none of these");
        }
        if (report.waiting().objects() > 0) {
            text.append("\nwaiting: ").append(amount(report.waiting()));
        }
        report.nextAt()
                .ifPresent(at -> text.append("\nnext: run expire again after ").append(Times.shown(at.toEpochMilli())));
        return text.toString();
    }

    private static String amount(Amount amount) {
        return amount.objects() + " objects, " + Sizes.bytes(amount.bytes());
    }
}
