package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.sandbox.MinioServer;
import dev.tidemark.sandbox.MinioUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The policies that docs/store-access.md gives are all that Tidemark needs of an S3 store, and no more than it says. */
class StoreRightsIT {
    private static final Path PAGE = Path.of("..", "docs", "store-access.md");
    private static final Pattern POLICY = Pattern.compile("(?ms)^`(tidemark-[a-z]+)`[^\\n]*\\n```json\\n(.*?)```");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String WRITE = "tidemark-write";
    private static final String READ = "tidemark-read";
    private static final String PROVE = "tidemark-prove";
    private static final String EXPIRE = "tidemark-expire";
    private static final String CHECK = "tidemark-check";

    @TempDir
    Path dir;

    @Test
    void thePoliciesOnThePageAreEnoughAndDeletionIsForExpireAlone() throws IOException {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                KafkaServer kafka = KafkaServer.launch();
                MinioServer minio = MinioServer.launch().withLockingBucket("backups")) {
            MinioUsers.add(minio, policies());
            etcd.etcdctl("put", "/k", "one");
            Path writer = settings(WRITE, etcd, kafka, minio);
            try (ServiceProcess capture = new ServiceProcess("capture", writer);
                    ServiceProcess compact = new ServiceProcess("compact", writer)) {
                capture.start();
                compact.start();
                awaitBase(settings(READ, etcd, kafka, minio));
                etcd.etcdctl("put", "/k", "two");
                awaitCheckpoint(settings(READ, etcd, kafka, minio));
                reads(settings(READ, etcd, kafka, minio));
                proves(settings(PROVE, etcd, kafka, minio));
                checks(settings(CHECK, etcd, kafka, minio));
                expires(settings(EXPIRE, etcd, kafka, minio));
                for (String other : List.of(WRITE, READ, PROVE, CHECK)) {
                    assertThat(run(settings(other, etcd, kafka, minio), "expire", "--set=retention.pitr=9d")
                                    .assertFailed(2)
                                    .err())
                            .as(other)
                            .contains("AccessDenied");
                }
                capture.requireAlive();
                compact.requireAlive();
            }
        }
    }

    private static void awaitBase(Path settings) {
        Eventually.eventually(
                PATIENCE,
                () -> assertThat(generation(settings).at("/bases").asInt()).isPositive());
    }

    private static void awaitCheckpoint(Path settings) {
        Eventually.eventually(
                PATIENCE,
                () -> assertThat(generation(settings).at("/increments").asInt()).isPositive());
    }

    private static JsonNode generation(Path settings) {
        return run(settings, "info", "--json").json().at("/clusters/0/generations/0");
    }

    private void reads(Path settings) {
        run(settings, "plan", "--to=latest").assertSucceeded();
        run(settings, "restore", "--to=latest", "-o", dir.resolve("restored.db").toString())
                .assertSucceeded();
        assertThat(run(settings, "get", "/k").assertSucceeded().out()).contains("two");
        assertThat(run(settings, "verify", "--json").json().at("/note").asText())
                .as("who only reads cannot record it")
                .contains("not recorded");
    }

    private static void proves(Path settings) {
        assertThat(run(settings, "verify", "--level=source", "--allow-stall", "--json")
                        .json()
                        .path("note")
                        .asText())
                .doesNotContain("not recorded");
        assertThat(run(settings, "info", "--json")
                        .json()
                        .at("/clusters/0/verification/ok")
                        .asBoolean())
                .isTrue();
    }

    private static void checks(Path settings) {
        JsonNode certified = run(settings, "check", "--store", "--json", "--set=retention.lock=9d")
                .json();
        assertThat(certified.findValuesAsText("level")).as(certified.toString()).containsOnly("ok");
        run(settings, "check", "--read-only").assertSucceeded();
    }

    /** A promise of another length is another decision each time, and of those only two stay. */
    private static void expires(Path settings) {
        long locked = 0;
        for (String pitr : List.of("1d", "2d", "3d")) {
            JsonNode done = run(settings, "expire", "--json", "--set=retention.pitr=" + pitr, "--set=retention.lock=9d")
                    .json();
            assertThat(done.at("/notLocked").asLong()).as(done.toString()).isZero();
            locked += done.at("/lockedLonger").asLong();
        }
        assertThat(locked).isGreaterThan(5);
    }

    private static Invocation run(Path settings, String... args) {
        List<String> words = new ArrayList<>(List.of(args));
        words.add("--config=" + settings);
        return Invocation.of(words.toArray(String[]::new));
    }

    private Path settings(String user, EtcdServer etcd, KafkaServer kafka, MinioServer minio) throws IOException {
        Path own = Files.createDirectories(dir.resolve(user));
        return Files.write(
                own.resolve("tidemark.properties"),
                List.of(
                        "cluster.name=prod",
                        "etcd.endpoints=" + etcd.endpoint(),
                        "kafka.bootstrap.servers=" + kafka.bootstrapServers(),
                        "topic.partitions=1",
                        "topic.replication.factor=1",
                        "archive.uri=s3://backups/etcd",
                        "archive.s3.endpoint=" + minio.endpoint(),
                        "archive.s3.access.key=" + user,
                        "archive.s3.secret.key=" + MinioUsers.secretKey(user),
                        "checkpoint.interval=2s",
                        "spool.dir=" + own.resolve("spool")));
    }

    /** The page's policies by the names of their users. */
    private static Map<String, String> policies() throws IOException {
        Map<String, String> policies = new LinkedHashMap<>();
        Matcher matcher = POLICY.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            policies.put(matcher.group(1), matcher.group(2));
        }
        assertThat(policies).containsOnlyKeys(WRITE, READ, PROVE, EXPIRE, CHECK);
        return policies;
    }
}
