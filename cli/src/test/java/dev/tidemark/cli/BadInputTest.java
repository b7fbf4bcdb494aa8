package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
    private static final String SECRET = "pssst-never-shown";

    @TempDir
    Path dir;

    private static Invocation refused(String... args) {
        Invocation run = Invocation.of(args);
        run.assertFailed(2);
        assertThat(run.err()).doesNotContain(SECRET);
        return run;
    }

    @Test
    void anUnknownSettingIsRefusedWithTheNearestName() {
        assertThat(refused("info", "--set", "archive.url=file:///x").err())
                .contains("unknown setting archive.url")
                .contains("hint: did you mean archive.uri?");
    }

    @Test
    void aMissingSettingIsNamedWithAllWaysToGiveIt() {
        assertThat(refused("info").err())
                .contains("the setting archive.uri is missing")
                .contains("hint: give it with --set archive.uri=")
                .contains("TIDEMARK_ARCHIVE_URI");
        refused("capture", "--set", archive());
        refused("compact", "--set", archive());
        refused("run", "--set", archive());
    }

    @Test
    void aKeyIsNotMadeByARehearsal() {
        Path file = dir.resolve("new.key");
        assertThat(refused("keys", "--new", file.toString(), "--dry-run").err()).contains("--dry-run");
        assertThat(file).doesNotExist();
    }

    @Test
    void drillsThatAreScheduledWithoutAnEtcdToBootAreRefusedAtTheStart() {
        for (String verb : List.of("compact", "run")) {
            assertThat(refused(
                                    verb,
                                    "--set",
                                    archive(),
                                    "--set=kafka.bootstrap.servers=127.0.0.1:1",
                                    "--set=spool.dir=" + dir.resolve("spool"),
                                    "--set=drill.etcd=" + dir,
                                    "--set=drill.interval=1d")
                            .err())
                    .contains("drill.interval is set, but " + dir + " does not hold etcd and etcdutl")
                    .contains("hint: name in drill.etcd");
        }
    }

    @Test
    void ofSeveralClustersTheOneThatIsMeantMustBeNamed() {
        String[] clusters = {
            "--set=clusters=prod,stage",
            "--set=clusters.stage.topic.partition=1",
            "--set=clusters.stage.etcd.endpoints=127.0.0.1:1",
            "--set=kafka.bootstrap.servers=127.0.0.1:1",
            "--set",
            archive()
        };
        for (String[] verb : new String[][] {
            {"check"}, {"plan", "--to=latest"}, {"get", "k"}, {"restore", "--to=latest", "-o", "x.db"}
        }) {
            assertThat(refused(both(verb, clusters)).err())
                    .contains("2 clusters are configured: prod, stage")
                    .contains("hint: pick one with --cluster NAME");
            assertThat(refused(both(verb, both(clusters, "--cluster=stag"))).err())
                    .contains("no cluster stag is configured, but prod, stage")
                    .contains("--cluster stage");
        }
        assertThat(refused(both(new String[] {"capture", "--new-source"}, clusters))
                        .err())
                .contains("--cluster NAME");
        assertThat(refused(both(new String[] {"run", "--new-source"}, clusters)).err())
                .contains("--cluster NAME");
    }

    private static String[] both(String[] some, String... others) {
        return Stream.concat(Stream.of(some), Stream.of(others)).toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "yesterday",
                "2026-13-01T00:00:00Z",
                "2026-11-22",
                "-5",
                "-5weeks",
                "-99999999999999999999d",
                "before:",
                "before:x",
                "before:1",
                "before-delete:",
                "0",
                "99999999999999999999",
                "GEN:5",
                ""
            })
    void aMalformedTargetIsRefusedBeforeAnythingIsAsked(String target) {
        Invocation run = refused("plan", "--to=" + target, "--set", archive());
        assertThat(run.err()).contains("\"" + target + "\"").contains("before-delete:");
        refused("get", "k", "--at=" + target, "--set", archive());
        refused("restore", "--to=" + target, "-o", dir.resolve("x.db").toString(), "--set", archive());
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void anEndpointThatHoldsAPasswordIsRefusedWithoutIt() {
        Invocation run =
                refused("info", "--set", archive(), "--set", "etcd.endpoints=http://root:hunter2@127.0.0.1:2379");
        assertThat(run.err())
                .contains("etcd.endpoints")
                .contains("without a user")
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "checkpoint.interval=soon",
                "checkpoint.interval=999999999999999999d",
                "checkpoint.interval=0s",
                "restore.lease.unknown.ttl=10ms",
                "archive.s3.endpoint=minio:9000",
                "archive.s3.endpoint=not an endpoint",
                "checkpoint.bytes=9999999999TiB",
                "checkpoint.bytes=99999999999999999999",
                "topic.partition=-1",
                "topic.replication.factor=many",
                "topic.replication.factor=70000",
                "cluster.name=a/b",
                "etcd.endpoints=http://",
                "etcd.endpoints=ftp://127.0.0.1:2379",
                "etcd.endpoints=not an endpoint",
                "etcd.endpoints=,",
                "archive.uri=ftp://host/x",
                "archive.uri=file://elsewhere/x",
                "archive.uri=no scheme at all",
                "kafka.bootstrap.servers=no-port"
            })
    void aSettingOfAWrongFormIsRefusedByName(String setting) {
        Invocation run = refused(
                "info",
                "--set",
                archive(),
                "--set",
                "kafka.bootstrap.servers=127.0.0.1:1",
                "--set",
                "spool.dir=" + dir.resolve("spool"),
                "--set",
                setting);
        assertThat(run.err()).contains(setting.substring(0, setting.indexOf('=')));
    }

    @Test
    void aScratchDirectoryThatCannotBeMadeIsAQuestionOfSettings() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "not a directory");
        Files.createDirectory(dir.resolve("archive"));
        assertThat(refused("info", "--set", archive(), "--set", "spool.dir=" + file.resolve("x"))
                        .err())
                .contains("spool.dir")
                .contains(file.toString());
        assertThat(refused(
                                "capture",
                                "--set",
                                archive(),
                                "--set",
                                "kafka.bootstrap.servers=127.0.0.1:1",
                                "--set",
                                "spool.dir=" + file)
                        .err())
                .contains("spool directory " + file);
    }

    @Test
    void aMistypedArchiveIsNotMadeByWhoOnlyReads() {
        assertThat(refused("info", "--set", archive()).err()).contains("does not exist");
        refused("get", "k", "--set", archive());
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void theCommandLineItselfIsCheckedWithAHint() {
        assertThat(refused().err()).contains("--help");
        assertThat(refused("informations").err()).contains("did you mean info?");
        assertThat(refused("plan").err()).contains("--to").contains("tidemark plan --help");
        assertThat(refused("get", "--set", archive()).err()).contains("KEY");
        refused("restore", "--to", "latest", "-o", "x", "--format", "tar");
        refused("restore", "--to", "latest", "-o", "x", "--auth", "maybe");
        assertThat(restore("--history-from", "0")).contains("revision 0").contains("--history-from");
        assertThat(restore("--history-from", "5", "--format", "ndjson")).contains("--history-from");
        refused("demo", "--etcd", "2.3");
        refused("demo", "--revisions", "0");
        refused("info", "--no-such-option");
        refused("info", "--config", dir.resolve("absent.yaml").toString());
    }

    private String restore(String... more) {
        List<String> words = new ArrayList<>(List.of("restore", "--to", "latest", "-o", "x", "--set", archive()));
        words.addAll(List.of(more));
        return refused(words.toArray(String[]::new)).err();
    }

    @Test
    void whatIsSetForEncryptionIsNeverLeftOutInSilence() {
        assertThat(capture("etcd.endpoints=etcd-1:2379", "etcd.tls.ca=ca.pem"))
                .contains("http://etcd-1:2379 is not encrypted")
                .contains("https://");
        assertThat(capture("etcd.endpoints=https://etcd-1:2379", "etcd.tls.cert=tls.crt"))
                .contains("etcd.tls.key");
    }

    private String capture(String... settings) {
        List<String> words = new ArrayList<>(List.of("capture", "--set", archive()));
        words.addAll(List.of("--set", "kafka.bootstrap.servers=127.0.0.1:1"));
        for (String setting : settings) {
            words.addAll(List.of("--set", setting));
        }
        return refused(words.toArray(String[]::new)).err();
    }

    @Test
    void aBrokenSettingsFileIsNamed() throws IOException {
        Path file = Files.writeString(dir.resolve("t.yaml"), "etcd:\n  password: " + SECRET + "\n :x: [");
        assertThat(refused("info", "--config", file.toString()).err()).contains(file.toString());
        Path list = Files.writeString(dir.resolve("u.yaml"), "- a\n- b\n");
        refused("info", "--config", list.toString());
        Path escape = Files.writeString(dir.resolve("v.properties"), "spool.dir=C:\\users\n");
        assertThat(refused("info", "--config", escape.toString()).err())
                .contains(escape.toString())
                .contains("backslash");
    }

    @Test
    void aMistypedSecretIsNotEchoed() {
        assertThat(refused("info", "--set", "archive.s3.secret.key:" + SECRET).err())
                .contains("archive.s3.secret.key");
        refused("info", "-v", "--set", "etcd.pasword=" + SECRET);
        refused("info", "-v", "--set", archive(), "--set", "etcd.password.file=/no/such/" + "file", "--set", "x.y=1");
    }

    private String archive() {
        return "archive.uri=" + dir.resolve("archive").toUri();
    }
}
