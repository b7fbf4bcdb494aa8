package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.sandbox.EtcdCluster;
import dev.tidemark.sandbox.EtcdTools;
import dev.tidemark.sandbox.EtcdVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs verify and drill on an archive as the services made it. */
class VerifyIT {
    private static SmallArchive whole;

    @TempDir
    Path dir;

    private SmallArchive copy;

    @BeforeAll
    static void build() {
        whole = SmallArchive.shared();
    }

    @BeforeEach
    void copy() {
        copy = whole.copyTo(dir.resolve("archive"));
    }

    private static String etcd() {
        return EtcdTools.of(EtcdVersion.V3_6).located().directory().toString();
    }

    @Test
    void whatTheServicesWroteIsInOrderAtEveryLevelOfTheArchive() {
        long objects = copy.objects().size();
        for (String level : List.of("manifest", "bytes", "content")) {
            JsonNode proven = copy.run("verify", "--level", level, "--json").json();
            assertThat(proven.at("/ok").asBoolean()).as(proven.toString()).isTrue();
            assertThat(proven.at("/level").asText()).isEqualTo(level);
            assertThat(proven.at("/findings")).isEmpty();
            assertThat(proven.at("/source").isNull()).isTrue();
            // its own record is added by each run, and looked at by the next
            assertThat(proven.at("/objects/checked").asLong()).isBetween(objects - 5, objects + 5);
            assertThat(proven.at("/objects/valid")).isEqualTo(proven.at("/objects/checked"));
        }
        JsonNode info = copy.run("info", "--json").json().at("/clusters/0/verification");
        assertThat(info.at("/level").asText()).isEqualTo("content");
        assertThat(info.at("/ok").asBoolean()).isTrue();
        assertThat(info.at("/lastFullPass/ok").asBoolean()).isTrue();
    }

    @Test
    void aRoundOfSamplesReadsEveryObjectOnceAndInfoSaysWhenItWasComplete() throws IOException {
        String damaged = copy.objects().stream()
                .filter(object -> object.endsWith(".idx"))
                .findFirst()
                .orElseThrow();
        Path file = copy.directory().resolve(damaged);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        int found = 0;
        for (int run = 0; run < 10; run++) {
            assertThat(copy.run("info", "--json")
                                    .json()
                                    .at("/clusters/0/verification/lastFullPass")
                                    .isMissingNode()
                            || copy.run("info", "--json")
                                    .json()
                                    .at("/clusters/0/verification/lastFullPass")
                                    .isNull())
                    .as("before run %d", run)
                    .isTrue();
            Invocation sampled = copy.run("verify", "--level", "bytes", "--sample", "10%", "--json");
            if (sampled.code() != 0) {
                assertThat(sampled.code()).isEqualTo(4);
                assertThat(sampled.out()).contains(damaged);
                found++;
            }
        }
        assertThat(found).as("runs that read the damaged object").isEqualTo(1);
        JsonNode pass = copy.run("info", "--json").json().at("/clusters/0/verification/lastFullPass");
        assertThat(pass.at("/ok").asBoolean()).isFalse();
        assertThat(pass.at("/from").asText()).isLessThan(pass.at("/to").asText());
    }

    @Test
    void anEndOfTheArchiveThatIsGoneIsMissedOnceItWasSeen() throws IOException {
        copy.run("verify").assertSucceeded();
        String newest = copy.objects().stream()
                .filter(object -> object.matches(".*/m/[^/]+/0/[^/]+"))
                .findFirst()
                .orElseThrow();
        Files.delete(copy.directory().resolve(newest));
        Invocation verify = copy.run("verify", "--json");
        assertThat(verify.code()).isEqualTo(4);
        assertThat(verify.out()).contains(newest).contains("missing in its chain");
        assertThat(copy.run("info").out()).contains("NOT in order").contains(newest);
    }

    @Test
    void samplesThatReadNothingWholeAreRefused() {
        copy.run("verify", "--level", "bytes", "--sample", "7%").assertFailed(2);
        copy.run("verify", "--level", "bytes", "--sample", "0").assertFailed(2);
        copy.run("verify", "--level", "content", "--sample", "5%").assertFailed(2);
        assertThat(copy.run("verify", "--level", "everything").code()).isEqualTo(2);
    }

    @Test
    void aDrillBootsAStockEtcdAndRecordsIt() {
        JsonNode drill = copy.run("drill", "--etcd-binary", etcd(), "--set=etcd.endpoints=http://127.0.0.1:1", "--json")
                .json();
        assertThat(drill.at("/ok").asBoolean()).as(drill.toString()).isTrue();
        assertThat(drill.at("/revision").asLong()).isEqualTo(copy.latest());
        assertThat(drill.at("/keys").asLong()).isPositive();
        assertThat(drill.at("/bootedHash")).isEqualTo(drill.at("/expectedBootedHash"));
        assertThat(drill.at("/bootedHash").asLong()).isPositive();
        assertThat(drill.at("/etcdVersion").asText()).isEqualTo("3.6.16");
        assertThat(drill.at("/sourceHash").isNull()).isTrue();
        assertThat(drill.at("/note").asText()).contains("the source was not compared");
        JsonNode info = copy.run("info", "--json").json().at("/clusters/0/drill");
        assertThat(info.at("/revision").asLong()).isEqualTo(copy.latest());
        assertThat(info.at("/ok").asBoolean()).isTrue();
        assertThat(info.at("/sourceCompared").asBoolean()).isFalse();
        JsonNode early = copy.run("drill", "--to", "" + copy.earliest(), "--etcd-binary", etcd(), "--json")
                .json();
        assertThat(early.at("/ok").asBoolean()).isTrue();
    }

    @Test
    void aDrillThatTheArchiveRefusesHasFailedAndSaysWhatWasRefused() throws IOException {
        for (String object : copy.objects()) {
            if (object.endsWith(".idx")) {
                Path file = copy.directory().resolve(object);
                byte[] bytes = Files.readAllBytes(file);
                bytes[0] ^= 1;
                Files.write(file, bytes);
            }
        }
        Invocation refused = copy.run("drill", "--etcd-binary", etcd(), "--json");
        assertThat(refused.code()).as(refused.err()).isEqualTo(4);
        JsonNode document = refused.document();
        assertThat(document.at("/ok").asBoolean()).isFalse();
        assertThat(document.at("/revision").isNull()).isTrue();
        assertThat(document.at("/difference").asText())
                .startsWith("the restore was refused: ")
                .contains(".idx")
                .contains("(hint: ");
        assertThat(copy.run("drill", "--etcd-binary", etcd()).out())
                .contains("NOT RESTORABLE: the restore was refused");
        JsonNode drill = copy.run("info", "--json").json().at("/clusters/0/drill");
        assertThat(drill.at("/ok").asBoolean()).isFalse();
        assertThat(drill.at("/revision").isNull()).isTrue();
    }

    @Test
    void nothingIsNoProof() {
        Invocation elsewhere = Invocation.of(
                "verify",
                "--cluster",
                "mistyped",
                "--set=archive.uri=" + copy.directory().toUri());
        assertThat(elsewhere.assertFailed(3).err()).contains("nothing is archived of cluster mistyped");
        assertThat(copy.objects()).noneMatch(object -> object.startsWith("mistyped"));
    }

    @Test
    void aDrillWithoutAnEtcdSaysWhereToGetOne() throws IOException {
        Path empty = Files.createDirectory(dir.resolve("empty"));
        assertThat(copy.run("drill", "--etcd-binary", empty.toString())
                        .assertFailed(2)
                        .err())
                .contains(empty.toString())
                .contains("drill.etcd");
    }

    @Test
    void theLeaderOfSeveralIsNotStoppedWithoutLeave() {
        try (EtcdCluster cluster = EtcdCluster.launch(EtcdVersion.V3_6)) {
            String leader = cluster.member(cluster.leader()).endpoint();
            Invocation alone = copy.run("verify", "--level", "source", "--set=etcd.endpoints=" + leader);
            assertThat(alone.assertFailed(5).err()).contains("only the leader").contains("--allow-stall");
            Invocation all = copy.run(
                    "verify", "--level", "source", "--set=etcd.endpoints=" + String.join(",", cluster.endpoints()));
            assertThat(all.err()).contains("on follower").doesNotContain(leader + ": it takes no writes");
        }
    }
}
