package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Bytes;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.output.Times;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.cli.settings.SettingsException;
import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.past.PastReader;
import dev.tidemark.restorer.past.PastRecord;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.schemas.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark get}: a key, or all keys of a prefix, as they stood at a moment, without restoring. */
@Command(name = "get", description = "Show a key as it stood at a moment, without restoring.")
final class GetVerb extends Verb {
    @Parameters(paramLabel = "KEY", description = "The key, or with --prefix what the keys begin with.")
    String key;

    @Option(names = "--at", defaultValue = "latest", paramLabel = "TARGET", description = TargetHelp.TEXT)
    String at;

    @Option(names = "--prefix", description = "All keys that begin with KEY.")
    boolean prefix;

    @Option(
            names = "--value-only",
            description = "Nothing but the value's bytes, to be put back as they were; exit code 3 if there is none.")
    boolean valueOnly;

    @Mixin
    PastOptions from;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        requireOneForm();
        Clock clock = Clock.systemUTC();
        Target target = Target.parse(at, clock);
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        Wiring wiring = new Wiring(settings);
        try (ObjectStore store = wiring.storeToRead()) {
            PastReader past = new PastReader(from.sources(wiring, store, clock));
            PastReader.Answer answer = prefix ? past.getPrefix(bytes, target) : past.get(bytes, target);
            output.say("at " + answer.plan().moment());
            answer.plan().doubt().ifPresent(doubt -> output.say("not sure: " + doubt));
            if (!answer.plan().note().isEmpty()) {
                output.say(answer.plan().note());
            }
            if (valueOnly) {
                output.raw(required(answer));
                return 0;
            }
            if (answer.records().isEmpty()) {
                output.say((prefix ? "no key begins with " : "no key ") + key + " at that revision");
            }
            answer.records().forEach(record -> output.result(document(record), text(record)));
        }
        return 0;
    }

    private void requireOneForm() {
        if (valueOnly && (prefix || options.json)) {
            throw SettingsException.contradiction(
                    "--value-only prints one value's bytes, and " + (prefix ? "--prefix" : "--json") + " was given too",
                    "leave one of them out");
        }
    }

    /** An empty output would be taken for an empty value. */
    private byte[] required(PastReader.Answer answer) {
        return answer.records().stream()
                .findFirst()
                .map(PastRecord::value)
                .orElseThrow(() -> new RestoreException(
                        Failure.UNREACHABLE_TARGET,
                        "no key " + key + " at " + answer.plan().moment(),
                        "give an earlier moment, such as --at before-delete:" + key));
    }

    private static Map<String, Object> document(PastRecord record) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("key", Bytes.document(record.key()));
        document.put("value", Bytes.document(record.value()));
        document.put("createRevision", record.createRevision());
        document.put("modRevision", record.modRevision());
        document.put("version", record.version());
        document.put("lease", record.lease());
        document.put("time", Times.document(record.capturedAtMillis()));
        return document;
    }

    private static String text(PastRecord record) {
        return Bytes.shown(record.key()) + "\n" + Bytes.shownLines(record.value());
    }
}
