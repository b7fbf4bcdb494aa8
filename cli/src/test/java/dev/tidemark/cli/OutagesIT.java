package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.FreePorts;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.MinioServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees when a server is away or does not let Tidemark in, and when a moment cannot be had. */
class OutagesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String SECRET = "hunter2-is-the-password";

    private static EtcdServer etcd;
    private static KafkaServer kafka;
    private static MinioServer minio;

    @TempDir
    Path dir;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.launch(EtcdVersion.V3_6);
        kafka = KafkaServer.launch();
        minio = MinioServer.launch().withBucket("tidemark");
    }

    @AfterAll
    static void stop() {
        minio.close();
        kafka.close();
        etcd.close();
    }

    @Test
    void anUnreachableEtcdEndsACaptureWithItsNameAndAHint() {
        String nobody = "http://127.0.0.1:" + FreePorts.next();
        assertThat(within("capture", "--set", "etcd.endpoints=" + nobody).err()).contains(nobody);
    }

    /** They take the connection and say nothing, as a host behind a broken router does. */
    @Test
    void threeMembersThatSayNothingEndACaptureAsSoonAsOne() throws Exception {
        try (ServerSocket one = mute();
                ServerSocket two = mute();
                ServerSocket three = mute()) {
            String endpoints = Stream.of(one, two, three)
                    .map(socket -> "http://127.0.0.1:" + socket.getLocalPort())
                    .collect(Collectors.joining(","));
            assertThat(within("capture", "--set", "etcd.endpoints=" + endpoints).err())
                    .contains("http://127.0.0.1:" + three.getLocalPort());
        }
    }

    private static ServerSocket mute() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @Test
    void anUnreachableKafkaEndsBothServicesAndARestore() throws Exception {
        String nobody = "127.0.0.1:" + FreePorts.next();
        within("capture", "--set", "kafka.bootstrap.servers=" + nobody);
        within("compact", "--set", "kafka.bootstrap.servers=" + nobody);
        Invocation run = SmallArchive.shared()
                .run(
                        "restore",
                        "--to",
                        "latest",
                        "-o",
                        dir.resolve("x.db").toString(),
                        "--set",
                        "kafka.bootstrap.servers=" + nobody);
        assertThat(run.assertFailed(6).took()).isLessThan(PATIENCE);
        assertThat(dir.resolve("x.db")).doesNotExist();
    }

    @Test
    void whatTheArchiveHoldsComesBackWithoutAnyKafka() throws Exception {
        SmallArchive archive = SmallArchive.shared();
        String nobody = "--set=kafka.bootstrap.servers=127.0.0.1:" + FreePorts.next();
        Path file = dir.resolve("alone.db");
        assertThat(archive.run("get", SmallArchive.KEY, nobody).assertFailed(6).err())
                .contains("--archive-only");
        JsonNode restored = archive.run(
                        "restore", "--to", "latest", "--archive-only", "-o", file.toString(), "--json", nobody)
                .json();
        assertThat(restored.at("/target/revision").asLong()).isEqualTo(archive.latest());
        assertThat(restored.at("/note").asText()).contains("from the archive alone");
        assertThat(restored.at("/output/bumpedTo").asLong())
                .as("clients may have seen what stands in the topic alone")
                .isGreaterThanOrEqualTo(archive.latest() + 1_000_000);
        JsonNode plan = archive.run("plan", "--to", "latest", "--archive-only", "--json", nobody)
                .json();
        assertThat(plan.at("/target/revision").asLong()).isEqualTo(archive.latest());
        Invocation got = archive.run(
                "get", SmallArchive.KEY, "--at=before-delete:" + SmallArchive.KEY, "--archive-only", nobody);
        assertThat(got.assertSucceeded().took()).isLessThan(Duration.ofSeconds(10));
        assertThat(got.err()).contains("from the archive alone");
        assertThat(got.out()).startsWith(SmallArchive.KEY);
    }

    @Test
    void anUnreachableStoreEndsEveryVerbThatNeedsIt() {
        String nobody = "archive.s3.endpoint=http://127.0.0.1:" + FreePorts.next();
        within("capture", "--set", nobody);
        within("compact", "--set", nobody);
        within("info", "--set", nobody);
        within("get", "k", "--set", nobody);
    }

    @Test
    void aWrongKeyOfTheStoreIsAQuestionOfSettings() {
        Invocation run = run("info", "--set", "archive.s3.secret.key=" + SECRET).assertFailed(2);
        assertThat(run.err()).doesNotContain(SECRET).contains(minio.endpoint());
    }

    @Test
    void aWrongPasswordOfTheSourceIsAQuestionOfSettings() {
        try (EtcdServer locked = EtcdServer.launch(EtcdVersion.V3_6)) {
            locked.etcdctl("user", "add", "root:right");
            locked.etcdctl("user", "grant-role", "root", "root");
            locked.etcdctl("auth", "enable");
            Invocation run = run(
                            "capture",
                            "-v",
                            "--set",
                            "etcd.endpoints=" + locked.endpoint(),
                            "--set",
                            "etcd.username=root",
                            "--set",
                            "etcd.password=" + SECRET)
                    .assertFailed(2);
            assertThat(run.err()).doesNotContain(SECRET);
        }
    }

    @Test
    void aMomentThatCannotBeHadNamesWhatCould() throws Exception {
        SmallArchive archive = SmallArchive.shared();
        JsonNode generation = archive.run("info", "--json").json().at("/clusters/0/generations/0");
        long latest = generation.at("/latest/revision").asLong();
        assertThat(latest).isPositive();
        String out = dir.resolve("x.db").toString();
        assertThat(archive.run("restore", "--to", Long.toString(latest + 1), "-o", out)
                        .assertFailed(3)
                        .err())
                .contains("revision " + latest);
        archive.run("restore", "--to", "2001-01-01T00:00:00Z", "-o", out).assertFailed(3);
        archive.run("plan", "--to", "before-delete:/no/such/key").assertFailed(3);
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void aFileThatExistsIsOnlyReplacedByForce() throws Exception {
        Path file = Files.writeString(dir.resolve("x.db"), "precious");
        SmallArchive archive = SmallArchive.shared();
        archive.run("restore", "--to", "latest", "-o", file.toString()).assertFailed(5);
        assertThat(file).hasContent("precious");
        JsonNode restored = archive.run("restore", "--to", "latest", "-o", file.toString(), "--force", "--json")
                .json();
        assertThat(restored.at("/output/bytes").asLong()).isEqualTo(Files.size(file));
        assertThat(restored.at("/output/keys").asLong()).isPositive();
    }

    @Test
    void checkNamesAnEndpointThatIsAway() {
        String nobody = "http://127.0.0.1:" + FreePorts.next();
        assertThat(checked(6, "etcd.endpoints=" + nobody))
                .contains("fail  etcd " + nobody)
                .contains("hint: ");
    }

    @Test
    void checkNamesCredentialsThatAreWrong() {
        String out = checked(2, "archive.s3.secret.key=" + SECRET);
        assertThat(out).containsPattern("fail  archive +").contains("hint: look at archive.s3.access.key");
        assertThat(out).doesNotContain(SECRET);
    }

    @Test
    void checkNamesABucketThatIsMissing() {
        assertThat(checked(2, "archive.uri=s3://no-such-bucket/archive"))
                .contains("bucket no-such-bucket does not exist")
                .contains("hint: make it");
    }

    /** What a check with one wrong setting prints. */
    private String checked(int code, String wrong) {
        Invocation run = run("check", "--read-only", "--set", wrong);
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(code);
        assertThat(run.out()).contains("skip  probe").contains("checks failed");
        assertThat(run.took()).isLessThan(Duration.ofSeconds(30));
        return run.out();
    }

    private Invocation within(String... args) {
        Invocation run = run(args).assertFailed(6);
        assertThat(run.took()).as(String.join(" ", args)).isLessThan(PATIENCE);
        return run;
    }

    /** With settings that are right, unless the arguments, which come later, say otherwise. */
    private Invocation run(String... args) {
        List<String> words = new ArrayList<>(List.of(args[0]));
        for (String setting : List.of(
                "cluster.name=outages",
                "etcd.endpoints=" + etcd.endpoint(),
                "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                "topic.partitions=1",
                "topic.replication.factor=1",
                "archive.uri=s3://tidemark/archive",
                "archive.s3.endpoint=" + minio.endpoint(),
                "archive.s3.access.key=" + minio.accessKey(),
                "archive.s3.secret.key=" + minio.secretKey(),
                "spool.dir=" + dir)) {
            words.addAll(List.of("--set", setting));
        }
        words.addAll(List.of(args).subList(1, args.length));
        return Invocation.of(words.toArray(String[]::new));
    }
}
