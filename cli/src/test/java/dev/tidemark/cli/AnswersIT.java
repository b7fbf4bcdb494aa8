package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts get to read: the fields that docs/cli.md promises, no less, with what they mean. */
class AnswersIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TARGET = "before-delete:" + SmallArchive.KEY;
    private static final String[] PLAN = {
        "target", "generation", "base", "increments", "segment", "tail", "objects", "bytes", "note"
    };

    private final SmallArchive archive = SmallArchive.shared();

    @TempDir
    Path dir;

    @Test
    void infoShowsWhatCanBeRestored() {
        JsonNode cluster = archive.run("info", "--json").json().at("/clusters/0");
        assertThat(names(cluster))
                .containsExactly(
                        "name", "generations", "holes", "behind", "retention", "verification", "drill", "note");
        assertThat(names(cluster.at("/behind"))).containsExactly("topicSeconds", "archiveSeconds");
        JsonNode generation = cluster.at("/generations/0");
        assertThat(names(generation))
                .containsExactly(
                        "id",
                        "earliest",
                        "everySince",
                        "latest",
                        "keptPoints",
                        "bases",
                        "increments",
                        "bytes",
                        "levels",
                        "endedBy");
        assertThat(generation.at("/everySince")).isEqualTo(generation.at("/earliest"));
        assertThat(generation.at("/levels")).hasSize(6);
        assertThat(names(generation.at("/levels/0"))).containsExactly("level", "manifests", "bytes");
        assertThat(generation.at("/earliest/revision").asLong()).isEqualTo(archive.earliest());
        assertThat(generation.at("/latest/revision").asLong()).isEqualTo(archive.latest());
        assertThat(generation.at("/endedBy").isNull()).isTrue();
    }

    @Test
    void aPlanNamesTheMomentAsItWasAskedForAndWhatItMeans() {
        JsonNode plan = archive.run("plan", "--to", TARGET, "--json").json();
        assertThat(names(plan)).containsExactly(PLAN);
        assertThat(names(plan.at("/target"))).containsExactly("requested", "revision", "notBefore", "notAfter");
        assertThat(plan.at("/target/requested").asText()).isEqualTo(TARGET);
        assertThat(plan.at("/target/revision").asLong()).isEqualTo(archive.deleted() - 1);
        assertThat(plan.at("/note").asText()).contains("archive alone");
        String before = "before:" + archive.deleted();
        JsonNode same = archive.run("plan", "--to", before, "--json").json();
        assertThat(same.at("/target/requested").asText()).isEqualTo(before);
        assertThat(same.at("/target/revision").asLong()).isEqualTo(archive.deleted() - 1);
        JsonNode now = archive.run("plan", "--to", "-0s", "--json").json();
        assertThat(now.at("/target/revision").asLong()).isEqualTo(archive.latest());
        assertThat(now.at("/target/doubt").asText()).contains("nothing is known");
    }

    @Test
    void whatIsNotSureIsSaidByEveryVerb() {
        String file = dir.resolve("x.db").toString();
        assertThat(archive.run("plan", "--to", "-0s").out()).contains("nothing is known");
        assertThat(archive.run("restore", "--to", "-0s", "-o", file).out()).contains("nothing is known");
        assertThat(archive.run("get", "/", "--prefix", "--at", "-0s").err()).contains("nothing is known");
        assertThat(archive.run("plan", "--to", "latest").out()).doesNotContain("nothing is known");
    }

    @Test
    void aDryRunShowsThePlanOfTheRestoreThatFollows() {
        String file = dir.resolve("x.db").toString();
        String from = Long.toString(archive.earliest());
        JsonNode shown = archive.run(
                        "restore", "--to", "latest", "--history-from", from, "-o", file, "--dry-run", "--json")
                .json();
        assertThat(Path.of(file)).doesNotExist();
        JsonNode done = archive.run("restore", "--to", "latest", "--history-from", from, "-o", file, "--json")
                .json();
        for (String field : PLAN) {
            assertThat(shown.get(field)).as(field).isEqualTo(done.get(field));
        }
        archive.run("restore", "--to", "latest", "-o", file, "--dry-run").assertFailed(5);
    }

    @Test
    void aRestoreTellsWhatItWrote() throws IOException {
        Path file = dir.resolve("x.db");
        JsonNode restored = archive.run("restore", "--to", TARGET, "-o", file.toString(), "--json")
                .json();
        List<String> expected = new ArrayList<>(Arrays.asList(PLAN));
        expected.addAll(List.of("output", "leases", "authAsOf", "millis"));
        assertThat(names(restored)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(names(restored.at("/output")))
                .containsExactly("path", "bytes", "sha256", "revision", "keys", "hash", "bumpedTo");
        assertThat(restored.at("/output/bytes").asLong()).isEqualTo(Files.size(file));
        assertThat(restored.at("/output/bumpedTo").asLong()).isGreaterThan(archive.latest() + 1_000_000);
        assertThat(restored.at("/leases/kept").asInt()).isOne();
        assertThat(restored.at("/leases/guessed").isArray()).isTrue();
    }

    @Test
    void aKeyReadsTheSameAloneAndInAStreamOfAll() throws IOException {
        Path file = dir.resolve("x.ndjson");
        archive.run("restore", "--to", TARGET, "-o", file.toString(), "--format", "ndjson", "--json")
                .json();
        Invocation all = archive.run("get", "/", "--prefix", "--at", TARGET, "--json");
        assertThat(parsed(all.out())).containsExactlyInAnyOrderElementsOf(parsed(Files.readString(file)));
        JsonNode one =
                archive.run("get", SmallArchive.KEY, "--at", TARGET, "--json").json();
        assertThat(names(one))
                .containsExactly("key", "value", "createRevision", "modRevision", "version", "lease", "time");
        assertThat(parsed(all.out())).contains(one);
        Invocation none = archive.run("get", SmallArchive.KEY, "--json");
        assertThat(none.code()).isZero();
        assertThat(none.out()).isEmpty();
    }

    private static List<JsonNode> parsed(String lines) {
        return lines.lines().map(AnswersIT::document).toList();
    }

    private static JsonNode document(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
