package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.output.ProgressMeter;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.cli.settings.SettingsException;
import dev.tidemark.restorer.verify.SourceAccess;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.Finding;
import dev.tidemark.restorer.verify.report.Sampling;
import dev.tidemark.restorer.verify.report.SourceProof;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.RevisionRange;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark verify}: the ladder of proofs, from cheap to full. */
@Command(
        name = "verify",
        description = "Prove the archive: manifests, bytes, content, or against the live source; names what is wrong.")
final class VerifyVerb extends Verb {
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3})%?");
    private static final int WHOLE = 100;
    private static final int SHOWN_FINDINGS = 100;

    @Option(
            names = "--level",
            defaultValue = "manifest",
            paramLabel = "LEVEL",
            description = "manifest (default), bytes, content, source or source-full.")
    VerifyLevel level;

    @Option(
            names = "--sample",
            defaultValue = "100%",
            paramLabel = "PERCENT",
            description = "Of level bytes: read only this share of the data, another one at each run, such as 5%%.")
    String sample;

    @Option(
            names = "--allow-stall",
            description = "Ask the source's leader too, and again within a minute; it takes no writes meanwhile.")
    boolean allowStall;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        VerifyRequest request = new VerifyRequest(level, parts());
        Wiring wiring = new Wiring(settings);
        try (ObjectStore store = wiring.storeToRead()) {
            Verifier verifier = new Verifier(
                    wiring.sources(store, Clock.systemUTC()),
                    new SourceAccess(
                            wiring.source(), allowStall ? SourceAccess.Stall.ANY : SourceAccess.Stall.FOLLOWERS));
            VerifyReport report = verify(verifier, request, output);
            output.result(document(report), text(report));
            return report.ok() ? 0 : Failure.VERIFICATION.exitCode();
        }
    }

    /** Such shares only that a whole number of runs reads everything once. */
    private int parts() {
        Matcher matcher = PERCENT.matcher(sample);
        int percent = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        if (percent < 1 || percent > WHOLE || WHOLE % percent != 0) {
            throw SettingsException.contradiction(
                    "--sample " + sample + " is no share of which a whole number of runs reads everything",
                    "use 1%, 2%, 4%, 5%, 10%, 20%, 25%, 50% or 100%");
        }
        if (percent < WHOLE && level != VerifyLevel.BYTES) {
            throw SettingsException.contradiction(
                    "--sample is of level bytes, not " + level, "add --level bytes, or leave --sample out");
        }
        return WHOLE / percent;
    }

    private static VerifyReport verify(Verifier verifier, VerifyRequest request, Output output) {
        try (ProgressMeter meter = output.meter("verifying", "manifests")) {
            return verifier.verify(request, new VerifyProgress() {
                @Override
                public void advanced(long manifests, long total) {
                    meter.at(manifests, total);
                }

                @Override
                public void says(String line) {
                    output.say(line);
                }
            });
        }
    }

    private static Map<String, Object> document(VerifyReport report) {
        Map<String, Object> objects = new LinkedHashMap<>();
        objects.put("checked", report.objects().checked());
        objects.put("valid", report.objects().valid());
        objects.put("missing", report.objects().missing());
        objects.put("damaged", report.objects().damaged());
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("level", report.level().text());
        document.put("sample", sampled(report.sampling()));
        document.put("objects", objects);
        document.put(
                "findings", report.findings().stream().map(VerifyVerb::document).toList());
        document.put("source", report.source().map(VerifyVerb::document).orElse(null));
        document.put("ok", report.ok());
        document.put("millis", report.millis());
        if (!report.note().isEmpty()) {
            document.put("note", report.note());
        }
        return document;
    }

    private static Map<String, Object> sampled(Sampling sampling) {
        if (!sampling.isPartial()) {
            return null;
        }
        Map<String, Object> sample = new LinkedHashMap<>();
        sample.put("percent", WHOLE / sampling.parts());
        sample.put("part", sampling.run() % sampling.parts());
        sample.put("parts", sampling.parts());
        return sample;
    }

    private static Map<String, Object> document(Finding finding) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("object", finding.object());
        document.put("problem", finding.problem());
        document.put("range", finding.range().map(VerifyVerb::document).orElse(null));
        return document;
    }

    private static Map<String, Object> document(RevisionRange range) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("from", range.first());
        document.put("to", range.last());
        return document;
    }

    private static Map<String, Object> document(SourceProof proof) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("endpoint", blankAsNull(proof.endpoint()));
        document.put("generation", blankAsNull(proof.generation()));
        document.put("revision", proof.revision() == 0 ? null : proof.revision());
        document.put("compactRevision", proof.compactRevision());
        document.put("hash", boxed(proof.hash()));
        document.put("sourceHash", boxed(proof.sourceHash()));
        document.put("records", proof.records());
        document.put("notProvable", blankAsNull(proof.obstacle()));
        return document;
    }

    private static String blankAsNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static String text(VerifyReport report) {
        StringBuilder text = new StringBuilder();
        report.findings().stream().limit(SHOWN_FINDINGS).forEach(finding -> text.append(finding)
                .append('\n'));
        if (report.findings().size() > SHOWN_FINDINGS) {
            text.append("... and ")
                    .append(report.findings().size() - SHOWN_FINDINGS)
                    .append(" more; --json has all\n");
        }
        report.source().map(VerifyVerb::text).ifPresent(text::append);
        text.append(report.level())
                .append(": ")
                .append(report.objects().checked())
                .append(" objects");
        Optional.of(report.sampling()).filter(Sampling::isPartial).ifPresent(sampling -> text.append(
                        ", the data of part ")
                .append(sampling.run() % sampling.parts() + 1)
                .append(" of ")
                .append(sampling.parts()));
        append(text, report.objects().missing(), "missing");
        append(text, report.objects().damaged(), "damaged");
        text.append(report.ok() ? ": all is as it must be\n" : ": NOT in order\n");
        if (!report.note().isEmpty()) {
            text.append("note: ").append(report.note()).append('\n');
        }
        return text.append("took: ").append(report.millis()).append(" ms").toString();
    }

    private static void append(StringBuilder text, long count, String what) {
        if (count > 0) {
            text.append(", ").append(count).append(' ').append(what);
        }
    }

    private static String text(SourceProof proof) {
        if (!proof.isProven()) {
            return "not provable: " + proof.obstacle() + "\n";
        }
        String place = "revision " + proof.revision() + " of " + proof.generation() + ", compacted at "
                + proof.compactRevision();
        return proof.sourceHash().isPresent()
                ? proof.endpoint() + " answers HashKV " + proof.sourceHash().getAsLong() + " at " + place
                        + ", computed from the archive "
                        + proof.hash().orElseThrow() + "\n"
                : proof.records() + " records of a snapshot of " + proof.endpoint() + " compared, at " + place + "\n";
    }
}
