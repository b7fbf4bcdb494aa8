package dev.tidemark.cli;

import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Bytes;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.output.Times;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.restorer.PastReader;
import dev.tidemark.restorer.PastRecord;
import dev.tidemark.restorer.Target;
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

    @Mixin
    PastOptions from;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
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
            if (answer.records().isEmpty()) {
                output.say((prefix ? "no key begins with " : "no key ") + key + " at that revision");
            }
            answer.records().forEach(record -> output.result(document(record), text(record)));
        }
        return 0;
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
