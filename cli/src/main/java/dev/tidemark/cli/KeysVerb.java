package dev.tidemark.cli;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.seal.KeyRing;
import dev.tidemark.archive.seal.Sealing;
import dev.tidemark.archive.seal.SealingKey;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.output.Output;
import dev.tidemark.cli.settings.Known;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.schemas.Failure;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code tidemark keys}: the keys that an encrypted archive opens with. */
@Command(
        name = "keys",
        description = "Show which keys open the archive's data keys; make a key, add one to all data keys, drop one.")
final class KeysVerb extends Verb {
    @ArgGroup
    Change change = new Change();

    /** What is to be changed; at most one at a time. */
    static final class Change {
        @Option(
                names = "--new",
                paramLabel = "FILE",
                description = "Make a key in a new file and print its id; the archive is not touched.")
        Path fresh;

        @Option(
                names = "--rewrap",
                description = "Let the first key of encryption.keys open every data key; no data is rewritten.")
        boolean rewrap;

        @Option(
                names = "--drop",
                paramLabel = "ID",
                description = "Let a key open no data key any more; refused if that would lose one.")
        String drop;
    }

    @Option(names = "--dry-run", description = "Only say what --rewrap or --drop would do.")
    boolean dryRun;

    @Override
    int run(Settings settings, Output output, StopSignal stop) {
        if (change.fresh != null) {
            if (dryRun) {
                throw new ParameterException(spec.commandLine(), "--new makes a file: it has no --dry-run");
            }
            String id = SealingKey.create(change.fresh, new SecureRandom()).id();
            output.result(
                    Map.of("id", id, "file", change.fresh.toString()),
                    "made key " + id + " in " + change.fresh
                            + "\nkeep a copy where the archive is not: without it nothing that it seals comes back");
            return 0;
        }
        Wiring wiring = new Wiring(settings);
        Sealing sealing = change.rewrap || change.drop != null ? wiring.sealingSet() : wiring.sealing();
        try (ObjectStore store = wiring.rawStore()) {
            String root = ArchiveLayout.clusterRoot(settings.get(Known.CLUSTER_NAME));
            return run(new KeyRing(store, root, sealing, InstantSource.system(), sealing.random()), sealing, output);
        }
    }

    private int run(KeyRing ring, Sealing sealing, Output output) {
        List<String> keys = sealing.keys().stream().map(SealingKey::id).toList();
        KeyRing.Effect effect = dryRun ? KeyRing.Effect.NONE : KeyRing.Effect.REAL;
        int added = change.rewrap ? ring.rewrap(effect) : 0;
        int removed = change.drop != null ? ring.drop(change.drop, effect) : 0;
        List<KeyRing.Entry> entries = ring.entries();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("dryRun", dryRun);
        document.put("keys", keys);
        document.put("dataKeys", entries.stream().map(KeysVerb::document).toList());
        document.put("added", added);
        document.put("removed", removed);
        output.result(document, text(keys, entries, added, removed));
        if (entries.stream().anyMatch(entry -> entry.wraps().containsValue(KeyRing.Wrap.DAMAGED))) {
            return Failure.VERIFICATION.exitCode();
        }
        return entries.stream().allMatch(KeyRing.Entry::opens) ? 0 : Failure.USAGE.exitCode();
    }

    private static Map<String, Object> document(KeyRing.Entry entry) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", entry.dataKey());
        document.put("opens", entry.opens());
        Map<String, Object> wraps = new TreeMap<>();
        entry.wraps().forEach((key, wrap) -> wraps.put(key, word(wrap)));
        document.put("wraps", wraps);
        return document;
    }

    private static String word(KeyRing.Wrap wrap) {
        return wrap.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String text(List<String> keys, List<KeyRing.Entry> entries, int added, int removed) {
        StringBuilder text = new StringBuilder(
                keys.isEmpty() ? "no key is set" : "set, the first one seals: " + String.join(", ", keys));
        for (KeyRing.Entry entry : entries) {
            text.append("\ndata key ").append(entry.dataKey());
            new TreeMap<>(entry.wraps())
                    .forEach((key, wrap) ->
                            text.append(", ").append(key).append(": ").append(word(wrap)));
            if (!entry.opens()) {
                text.append("  NO KEY THAT IS SET OPENS IT");
            }
        }
        String would = dryRun ? "would be " : "";
        if (change.rewrap) {
            text.append("\nadded: ").append(would).append(added).append(" wraps");
        }
        if (change.drop != null) {
            text.append("\nremoved: ").append(would).append(removed).append(" wraps");
        }
        return text.toString();
    }
}
