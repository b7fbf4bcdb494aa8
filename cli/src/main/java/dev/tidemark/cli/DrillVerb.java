package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.output.ProgressMeter;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.Drill;
import dev.tidemark.restorer.verify.DrillReport;
import dev.tidemark.restorer.verify.SourceAccess;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark drill}: a restore booted as a real etcd, and compared. */
@Command(
        name = "drill",
        description =
                "Restore, boot a real etcd from it on this machine, compare, and record the proof in the archive.")
final class DrillVerb extends Verb {
    @Option(names = "--to", defaultValue = "latest", paramLabel = "TARGET", description = TargetHelp.TEXT)
    String to;

    @Option(
            names = "--etcd-binary",
            paramLabel = "DIR",
            description = "Directory of the etcd and etcdutl to boot; drill.etcd or the PATH if not given.")
    Path etcd;

    @Option(
            names = "--allow-stall",
            description = "Ask the source's leader too, and again within a minute; it takes no writes meanwhile.")
    boolean allowStall;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        Clock clock = Clock.systemUTC();
        Target target = Target.parse(to, clock);
        Wiring wiring = new Wiring(settings);
        try (ObjectStore store = wiring.storeToRead()) {
            SourceAccess source = new SourceAccess(
                    wiring.source(), allowStall ? SourceAccess.Stall.ANY : SourceAccess.Stall.FOLLOWERS);
            Drill drill = new Drill(
                    wiring.sources(store, clock), Optional.of(source), wiring.stockEtcd(Optional.ofNullable(etcd)));
            DrillReport report = run(drill, target, output);
            output.result(document(report), text(report));
            return report.ok() ? 0 : Failure.VERIFICATION.exitCode();
        }
    }

    private static DrillReport run(Drill drill, Target target, Output output) {
        try (ProgressMeter meter = output.meter("restoring", "records")) {
            VerifyProgress says = new VerifyProgress() {
                @Override
                public void advanced(long manifests, long total) {}

                @Override
                public void says(String line) {
                    output.say(line);
                }
            };
            return drill.run(target, says, meter::at);
        }
    }

    private static Map<String, Object> document(DrillReport report) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("generation", report.restored() ? report.generation() : null);
        document.put("revision", report.restored() ? report.revision() : null);
        document.put("keys", report.restored() ? report.keys() : null);
        document.put("hash", boxed(report.hash()));
        document.put("sourceHash", boxed(report.sourceHash()));
        document.put("bootedHash", boxed(report.bootedHash()));
        document.put("expectedBootedHash", boxed(report.expectedBootedHash()));
        document.put("etcdVersion", report.etcdVersion().isEmpty() ? null : report.etcdVersion());
        document.put("difference", report.ok() ? null : report.difference());
        document.put("millis", report.millis());
        document.put("ok", report.ok());
        if (!report.note().isEmpty()) {
            document.put("note", report.note());
        }
        return document;
    }

    private static Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static String text(DrillReport report) {
        StringBuilder text = new StringBuilder();
        if (report.restored()) {
            text.append("restored revision ").append(report.revision());
            text.append(" with ").append(report.keys()).append(" keys");
            text.append(report.etcdVersion().isEmpty() ? "" : ", booted as etcd " + report.etcdVersion());
            text.append('\n');
        }
        if (report.bootedHash().isPresent()) {
            text.append("  it hashes to ").append(report.bootedHash().getAsLong());
            text.append(", expected ")
                    .append(report.expectedBootedHash().orElse(0))
                    .append('\n');
        }
        if (report.sourceHash().isPresent()) {
            text.append("  the source hashes to ").append(report.sourceHash().getAsLong());
            text.append(", computed from the archive ")
                    .append(report.hash().orElse(0))
                    .append('\n');
        }
        if (!report.note().isEmpty()) {
            text.append("  note: ").append(report.note()).append('\n');
        }
        text.append(verdict(report));
        return text.append("\ntook: ").append(report.millis()).append(" ms").toString();
    }

    private static String verdict(DrillReport report) {
        if (report.ok()) {
            return "the copy is identical";
        }
        return (report.restored() ? "THE COPY DIFFERS: " : "NOT RESTORABLE: ") + report.difference();
    }
}
