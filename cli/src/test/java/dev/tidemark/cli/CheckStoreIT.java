package dev.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.sandbox.MinioServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidemark check --store} on a real MinIO, and on the same one behind proxies that spoil it. */
class CheckStoreIT {
    private static final String BUCKET = "certified";
    private static final Duration PROMISED = Duration.ofMinutes(3);

    private static MinioServer minio;

    @TempDir
    Path directory;

    @BeforeAll
    static void launch() {
        minio = MinioServer.launch().withBucket(BUCKET);
    }

    @AfterAll
    static void end() {
        minio.close();
    }

    @Test
    void aMinioIsCertifiedAndLeftAsItWas() throws IOException {
        Invocation run = check(minio.endpoint());

        JsonNode document = run.json();
        assertThat(document.get("ok").asBoolean()).as(run.out()).isTrue();
        List<String> levels = new ArrayList<>();
        document.get("checks").forEach(check -> {
            assertThat(check.fieldNames()).toIterable().containsExactly("name", "ok", "level", "detail", "hint");
            levels.add(check.get("name").asText() + ": " + check.get("level").asText());
        });
        assertThat(levels)
                .containsExactly(
                        "archive: ok",
                        "archive race: ok",
                        "archive consistency: ok",
                        "archive deletion: ok",
                        "archive ranges: ok",
                        "archive large object: ok",
                        "archive listing: ok",
                        "archive multipart: ok",
                        "archive versioning: ok",
                        "archive object lock: ok",
                        "archive clock: ok",
                        "archive lifecycle: ok",
                        "archive cleanup: ok");
        assertThat(run.took()).isLessThan(PROMISED);
        assertNothingIsLeft();
    }

    @Test
    void aLockThatIsWantedOfABucketThatLocksNothingIsAWarning() throws IOException {
        Invocation run = check(minio.endpoint(), "--set=retention.lock=30d");

        assertThat(run.code()).as(run.out()).isZero();
        JsonNode lock = named(run, "archive object lock");
        assertThat(lock.get("level").asText()).isEqualTo("warn");
        assertThat(lock.get("hint").asText()).contains("default retention");
    }

    @Test
    void aStoreThatIgnoresTheConditionIsCaught() throws IOException {
        try (ViciousProxy proxy = new ViciousProxy(minio, ViciousProxy.Vice.STRIPS_CONDITIONS)) {
            Invocation run = check(proxy.endpoint());

            assertThat(run.code()).as(run.out()).isEqualTo(5);
            JsonNode race = named(run, "archive race");
            assertThat(race.get("ok").asBoolean()).isFalse();
            assertThat(race.get("detail").asText()).contains("accepts If-None-Match and ignores it");
            assertThat(named(run, "archive listing").get("ok").asBoolean()).isTrue();
            assertNothingIsLeft();
        }
    }

    @Test
    void aStoreThatAnswersReadsStaleIsCaught() throws IOException {
        try (ViciousProxy proxy = new ViciousProxy(minio, ViciousProxy.Vice.ANSWERS_STALE)) {
            Invocation run = check(proxy.endpoint());

            assertThat(run.code()).as(run.out()).isEqualTo(4);
            assertThat(named(run, "archive consistency").get("detail").asText())
                    .contains("although it had been written");
        }
        // What the proxy did not show could not be taken away through it.
        assertThat(check(minio.endpoint()).code()).isZero();
    }

    @Test
    void aStoreThatIsNotThereIsSaidToBeSo() {
        Invocation run = check("http://127.0.0.1:9");

        assertThat(run.code()).as(run.out()).isEqualTo(6);
    }

    private Invocation check(String endpoint, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "check",
                "--store",
                "--json",
                "--set",
                "archive.uri=s3://" + BUCKET + "/some/prefix",
                "--set",
                "archive.s3.endpoint=" + endpoint,
                "--set",
                "archive.s3.access.key=" + minio.accessKey(),
                "--set",
                "archive.s3.secret.key=" + minio.secretKey(),
                "--set",
                "spool.dir=" + directory));
        words.addAll(List.of(more));
        return Invocation.of(words.toArray(String[]::new));
    }

    private static JsonNode named(Invocation run, String name) throws IOException {
        for (JsonNode check : new ObjectMapper().readTree(run.out()).get("checks")) {
            if (check.get("name").asText().equals(name)) {
                return check;
            }
        }
        throw new AssertionError("no check " + name + " in " + run.out());
    }

    private static void assertNothingIsLeft() throws IOException {
        try (Stream<Path> left = Files.walk(minio.dataDirectory().resolve(BUCKET))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }
}
