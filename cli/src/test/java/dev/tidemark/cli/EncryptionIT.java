package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.cli.settings.Settings;
import dev.tidemark.sandbox.EtcdTools;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.workload.Plan;
import dev.tidemark.sandbox.workload.Request;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole installation with encryption: nothing of the source is in the store, and it all comes back with the key. */
class EncryptionIT {
    @TempDir
    private Path directory;

    @TempDir
    private Path keys;

    private Path key(String name) {
        return keys.resolve(name);
    }

    private String made(String name) {
        return Invocation.of("keys", "--json", "--new", key(name).toString())
                .json()
                .at("/id")
                .asText();
    }

    @Test
    void whatIsSealedComesBackWithItsKeyAloneAndKeysCanBeRotated() throws IOException {
        String old = made("old");
        String next = made("next");
        try (PipelineHarness harness = PipelineHarness.start(
                EtcdVersion.V3_6,
                directory,
                Map.of("encryption.keys", key("old").toString()))) {
            try {
                harness.workload().run(Plan.of(500).withSeed(29));
                harness.capture().start();
                harness.compactor().start();
                harness.awaitBase();
                harness.workload().write(put("/registry/secrets/first", "hidden-marker-1"));
                archived(harness);
                everyObjectIsSealed(harness);
                theCopyIsIdentical(harness, List.of());
                nobodyElseGetsAnything(harness, old, next);
                rotate(harness, old, next);
            } catch (RuntimeException | AssertionError e) {
                e.addSuppressed(new AssertionError(harness.logs()));
                throw e;
            }
        }
    }

    private static Request put(String key, String value) {
        return new Request.Put(key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8), 0);
    }

    private static void archived(PipelineHarness harness) {
        harness.workload().run(Plan.of(300).withSeed(30));
        harness.awaitArchived(harness.oracle().lastRevision());
    }

    private void everyObjectIsSealed(PipelineHarness harness) throws IOException {
        int sealed = 0;
        try (ObjectStore raw = new Wiring(settings(harness)).rawStore()) {
            for (ObjectInfo info : raw.list("", "", 100_000)) {
                String bytes = new String(raw.get(info.name()), StandardCharsets.ISO_8859_1);
                assertThat(bytes)
                        .as(info.name())
                        .doesNotContain("hidden-marker")
                        .doesNotContain("/registry/");
                if (info.name().startsWith("pipeline/k/")) {
                    assertThat(bytes).startsWith("TMWK");
                } else if (!info.name().startsWith("_")) {
                    assertThat(bytes).as(info.name()).startsWith("TMSE");
                    sealed++;
                }
            }
        }
        assertThat(sealed).isGreaterThan(10);
    }

    private static Settings settings(PipelineHarness harness) throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(harness.settingsFile())) {
            properties.load(in);
        }
        Map<String, String> all = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> all.put(name, properties.getProperty(name)));
        return Settings.of(all);
    }

    private void theCopyIsIdentical(PipelineHarness harness, List<String> more) {
        JsonNode drill = run(
                        harness,
                        more,
                        "drill",
                        "--json",
                        "--etcd-binary",
                        EtcdTools.of(EtcdVersion.V3_6).located().directory().toString())
                .json();
        assertThat(drill.at("/ok").asBoolean()).as(drill.toString()).isTrue();
        assertThat(drill.at("/sourceHash").asLong()).isEqualTo(drill.at("/hash").asLong());
        JsonNode verified =
                run(harness, more, "verify", "--json", "--level", "content").json();
        assertThat(verified.at("/ok").asBoolean()).as(verified.toString()).isTrue();
        assertThat(run(harness, more, "get", "/registry/secrets/first", "--at", "latest")
                        .out())
                .contains("hidden-marker-1");
    }

    private void nobodyElseGetsAnything(PipelineHarness harness, String needed, String wrong) throws IOException {
        Path output = Files.createDirectory(directory.resolve("output"));
        List<String> with = List.of("--set=encryption.keys=" + key("next"));
        Invocation refused = run(
                harness,
                with,
                "restore",
                "--to",
                "latest",
                "-o",
                output.resolve("r.db").toString());
        refused.assertFailed(Failure.USAGE.exitCode());
        assertThat(refused.err()).contains(needed).contains(wrong).contains("encryption.keys");
        assertThat(output).isEmptyDirectory();

        List<String> wrapped = wraps(harness);
        for (String verb : List.of("info", "verify", "capture", "compact", "run")) {
            Invocation refusedToo = run(harness, with, verb).assertFailed(Failure.USAGE.exitCode());
            assertThat(refusedToo.err()).as(verb).contains(needed).contains(wrong);
        }
        assertThat(wraps(harness)).isEqualTo(wrapped);

        Path without = directory.resolve("without.properties");
        Files.write(
                without,
                Files.readAllLines(harness.settingsFile()).stream()
                        .filter(line -> !line.startsWith("encryption."))
                        .toList());
        for (String verb : List.of("info", "verify", "capture", "compact")) {
            Invocation clear = Invocation.of(verb, "--config=" + without).assertFailed(Failure.USAGE.exitCode());
            assertThat(clear.err()).as(verb).contains(needed).contains("none is set");
        }
        assertThat(Invocation.of("keys", "--config=" + without).out()).contains(needed + ": key-not-set");
    }

    private static List<String> wraps(PipelineHarness harness) throws IOException {
        try (ObjectStore raw = new Wiring(settings(harness)).rawStore()) {
            return raw.list("pipeline/k/", "", 1_000).stream()
                    .map(ObjectInfo::name)
                    .toList();
        }
    }

    /** The steps of docs/cli.md; who still has the settings of the step before goes on. */
    private void rotate(PipelineHarness harness, String old, String next) throws IOException {
        List<String> oldAlone = List.of("--set=encryption.keys=" + key("old"));
        List<String> both = List.of("--set=encryption.keys=" + key("next") + "," + key("old"));
        List<String> nextAlone = List.of("--set=encryption.keys=" + key("next"));
        run(harness, both, "keys", "--drop", old).assertFailed(Failure.REFUSED.exitCode());

        restartWith(harness, key("next") + "," + key("old"));
        archived(harness);
        run(harness, oldAlone, "info").assertSucceeded();

        List<String> before = wraps(harness);
        assertThat(run(harness, both, "keys", "--rewrap", "--dry-run", "--json")
                        .json()
                        .at("/dryRun")
                        .asBoolean())
                .isTrue();
        assertThat(wraps(harness)).isEqualTo(before);
        assertThat(run(harness, both, "keys", "--rewrap", "--json")
                        .json()
                        .at("/dataKeys/0/wraps/" + next)
                        .asText())
                .isEqualTo("opens");
        run(harness, oldAlone, "info").assertSucceeded();

        restartWith(harness, key("next").toString());
        archived(harness);
        run(harness, both, "info").assertSucceeded();

        assertThat(run(harness, nextAlone, "keys", "--drop", old, "--json")
                        .json()
                        .at("/removed")
                        .asInt())
                .isPositive();
        archived(harness);
        theCopyIsIdentical(harness, nextAlone);
        assertThat(run(harness, oldAlone, "info")
                        .assertFailed(Failure.USAGE.exitCode())
                        .err())
                .contains(next);
    }

    private static void restartWith(PipelineHarness harness, String keys) throws IOException {
        harness.set(Map.of("encryption.keys", keys));
        PipelineHarness.killAndRestart(harness.capture());
        PipelineHarness.killAndRestart(harness.compactor());
    }

    private static Invocation run(PipelineHarness harness, List<String> more, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(more);
        all.add("--config=" + harness.settingsFile());
        return Invocation.of(all.toArray(String[]::new));
    }
}
