package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.output.ProgressMeter;
import dev.tidemark.cli.output.Sizes;
import dev.tidemark.cli.settings.Known;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.restore.RestoreRequest;
import dev.tidemark.restorer.restore.RestoreResult;
import dev.tidemark.restorer.restore.Restorer;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.LeaseTtl;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark restore}: any moment as an official etcd snapshot file, or as a stream of records. */
@Command(
        name = "restore",
        description =
                "Restore a moment as an official etcd snapshot file (for etcdutl snapshot restore), NDJSON or Avro.")
final class RestoreVerb extends Verb {
    /** The form of the output, as it is written on the command line. */
    enum Form {
        DB(RestoreRequest.Format.DATABASE),
        NDJSON(RestoreRequest.Format.NDJSON),
        AVRO(RestoreRequest.Format.AVRO);

        private final RestoreRequest.Format format;

        Form(RestoreRequest.Format format) {
            this.format = format;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(names = "--to", required = true, paramLabel = "TARGET", description = TargetHelp.TEXT)
    String to;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "Where it goes; - for stdout.")
    String file;

    @Option(
            names = "--format",
            defaultValue = "db",
            paramLabel = "FORMAT",
            description = "db (default), ndjson or avro.")
    Form form;

    @Option(names = "--prefix", paramLabel = "PREFIX", description = "Only keys that begin so.")
    String prefix;

    @Mixin
    PastOptions past;

    @Option(
            names = "--no-bump",
            description = "Keep the revision as it was. Clients that have seen newer ones will hang silently.")
    boolean noBump;

    @Option(
            names = "--history-from",
            paramLabel = "REVISION",
            description = "Write every revision since this one, as if the source had been compacted there.")
    Long historyFrom;

    @Option(
            names = "--auth",
            defaultValue = "keep",
            paramLabel = "AUTH",
            description = "keep (default) or drop users and roles.")
    RestoreRequest.Auth auth;

    @Option(names = "--force", description = "Replace the file if it exists.")
    boolean force;

    @Option(names = "--dry-run", description = "Print the plan and stop.")
    boolean dryRun;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        Clock clock = Clock.systemUTC();
        RestoreRequest request = request(settings, clock);
        Wiring wiring = new Wiring(settings);
        try (ObjectStore store = wiring.storeToRead()) {
            Restorer restorer = new Restorer(past.sources(wiring, store, clock));
            if (dryRun) {
                RestorePlan plan = restorer.plan(request);
                output.result(PlanDocument.of(plan, to), PlanDocument.text(plan));
                return 0;
            }
            report(output, restore(restorer, request, output));
        }
        return 0;
    }

    /** Whatever comes next on stderr, an error's line too, begins where the bar stood. */
    private static RestoreResult restore(Restorer restorer, RestoreRequest request, Output output) {
        try (ProgressMeter meter = output.meter("restoring", "records")) {
            return restorer.restore(request, meter::at);
        }
    }

    private RestoreRequest request(Settings settings, Clock clock) {
        RestoreRequest request = RestoreRequest.database(Target.parse(to, clock), destination())
                .as(form.format)
                .withAuth(auth)
                .withUnknownLeaseTtl(settings.get(Known.RESTORE_LEASE_UNKNOWN_TTL));
        if (prefix != null) {
            request = request.withPrefix(prefix.getBytes(StandardCharsets.UTF_8));
        }
        if (historyFrom != null) {
            return request.withHistoryFrom(historyFrom);
        }
        return noBump ? request.withoutBump() : request;
    }

    private dev.tidemark.restorer.output.Output destination() {
        if (toStdout()) {
            return dev.tidemark.restorer.output.Output.stream(new FileOutputStream(FileDescriptor.out));
        }
        Path path = Path.of(file);
        return force
                ? dev.tidemark.restorer.output.Output.replacing(path)
                : dev.tidemark.restorer.output.Output.newFile(path);
    }

    private boolean toStdout() {
        return file.equals("-");
    }

    private void report(Output output, RestoreResult result) {
        if (toStdout()) {
            output.say(text(result));
        } else {
            output.result(document(result, to), text(result));
        }
    }

    private static Map<String, Object> document(RestoreResult result, String requested) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("path", result.path().map(Path::toString).orElse("-"));
        file.put("bytes", result.bytes());
        file.put("sha256", result.sha256());
        file.put("revision", result.revision());
        file.put("keys", result.keys());
        file.put("hash", boxed(result.hash()));
        file.put("bumpedTo", boxed(result.bumpedTo()));
        Map<String, Object> leases = new LinkedHashMap<>();
        leases.put("kept", result.leases().kept().size());
        leases.put(
                "guessed", result.leases().guessed().stream().map(LeaseTtl::id).toList());
        Map<String, Object> document = new LinkedHashMap<>(PlanDocument.of(result.plan(), requested));
        document.put("output", file);
        document.put("leases", leases);
        document.put("authAsOf", boxed(result.authAsOf()));
        document.put("millis", result.millis());
        return document;
    }

    private static String text(RestoreResult result) {
        StringBuilder text = new StringBuilder();
        text.append("restored ").append(result.plan().moment()).append('\n');
        result.plan()
                .doubt()
                .ifPresent(doubt -> text.append("unsure:  ").append(doubt).append('\n'));
        result.path().ifPresent(path -> text.append("file:    ").append(path).append('\n'));
        text.append("size:    ")
                .append(Sizes.bytes(result.bytes()))
                .append(", sha256 ")
                .append(result.sha256());
        text.append("\nkeys:    ").append(result.keys()).append('\n');
        result.hash().ifPresent(hash -> text.append("hashkv:  ").append(hash).append('\n'));
        result.bumpedTo().ifPresent(bumped -> text.append("bumped:  clients will see revision ")
                .append(bumped)
                .append(" (etcdutl snapshot status still shows ")
                .append(result.revision())
                .append(")\n"));
        List<LeaseTtl> guessed = result.leases().guessed();
        text.append("leases:  ")
                .append(result.leases().kept().size())
                .append(" kept, ")
                .append(guessed.size());
        text.append(" with a guessed TTL\n");
        result.authAsOf()
                .ifPresent(
                        as -> text.append("auth:    as of revision ").append(as).append('\n'));
        if (!result.plan().note().isEmpty()) {
            text.append("note:    ").append(result.plan().note()).append('\n');
        }
        return text.append("took:    ").append(result.millis()).append(" ms").toString();
    }

    private static Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
