package dev.tidemark.cli;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.tidemark.cli.check.CheckRun;
import dev.tidemark.cli.check.Finding;
import dev.tidemark.cli.check.StoreCertification;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Known;
import dev.tidemark.cli.settings.Settings;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark check}: an active probe of what a backup rests on. */
@Command(
        name = "check",
        description = "Check each dependency and permission, then follow a probe key from etcd into the archive.")
final class CheckVerb extends Verb {
    @Option(
            names = "--read-only",
            description = "Write no probe key to the source; capture and compactor need not run.")
    boolean readOnly;

    @Option(
            names = "--store",
            description = "Certify the archive's store instead, and look at nothing else; takes up to 3 minutes.")
    boolean store;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        String attempt = UlidCreator.getMonotonicUlid().toString();
        List<Finding> found = store
                ? new StoreCertification(new Wiring(settings).toCertify(), attempt, Clock.systemUTC()).run()
                : new CheckRun(new Wiring(settings).toCheck())
                        .run(
                                readOnly ? CheckRun.Access.READ_ONLY : CheckRun.Access.WRITE,
                                settings.get(Known.CHECK_KEY),
                                attempt,
                                Clock.systemUTC());
        output.result(document(found), text(found));
        return found.stream()
                .flatMap(finding -> finding.failure().stream())
                .findFirst()
                .map(failure -> failure.exitCode())
                .orElse(0);
    }

    private static Map<String, Object> document(List<Finding> found) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("checks", found.stream().map(CheckVerb::document).toList());
        document.put("ok", found.stream().allMatch(Finding::isOk));
        return document;
    }

    private static Map<String, Object> document(Finding finding) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", finding.name());
        document.put("ok", finding.isOk());
        document.put("level", level(finding));
        document.put("detail", finding.detail());
        document.put("hint", finding.hint());
        return document;
    }

    private static String text(List<Finding> found) {
        int width = found.stream()
                .mapToInt(finding -> finding.name().length())
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        for (Finding finding : found) {
            text.append(String.format(
                            Locale.ROOT,
                            "%-4s  %-" + width + "s  %s",
                            level(finding),
                            finding.name(),
                            finding.detail()))
                    .append('\n');
            if (!finding.hint().isEmpty()) {
                text.append("      ").append("hint: ").append(finding.hint()).append('\n');
            }
        }
        long failed = found.stream().filter(finding -> !finding.isOk()).count();
        long warned = found.stream()
                .filter(finding -> finding.level() == Finding.Level.WARN)
                .count();
        return text.append(failed == 0 ? "all is well" : failed + " of " + found.size() + " checks failed")
                .append(warned == 0 ? "\n" : ", " + warned + " to look at\n")
                .toString();
    }

    private static String level(Finding finding) {
        return finding.level().name().toLowerCase(Locale.ROOT);
    }
}
