package dev.tidemark.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.sandbox.MinioServer;
import dev.tidemark.schemas.Failure;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store in S3 keeps the contract, against a real MinIO. */
class S3StoreIT extends ObjectStoreContract {
    private static final Duration PROMISED = Duration.ofSeconds(15);
    private static final AtomicInteger prefixes = new AtomicInteger();
    private static MinioServer minio;

    @BeforeAll
    static void startMinio() {
        minio = MinioServer.launch().withBucket("archive");
    }

    @AfterAll
    static void stopMinio() {
        minio.close();
    }

    @Override
    ObjectStore emptyStore() {
        return ObjectStores.open(
                ArchiveSettings.inS3(URI.create("s3://archive/tide/" + prefixes.incrementAndGet()), credentials()));
    }

    private static ArchiveSettings.S3 credentials() {
        return new ArchiveSettings.S3(minio.endpoint(), "us-east-1", minio.accessKey(), minio.secretKey());
    }

    @Test
    void storesDoNotSeeEachOthersPrefixes() {
        try (ObjectStore one = emptyStore();
                ObjectStore other = emptyStore()) {
            one.put("a", bytes("1"));

            assertThat(other.exists("a")).isFalse();
            assertThat(other.list("", "", 10)).isEmpty();
        }
    }

    @Test
    void refusesAMissingBucketUnlessAskedToMakeIt() {
        ArchiveSettings settings = ArchiveSettings.inS3(URI.create("s3://not-yet"), credentials());
        try (ObjectStore store = ObjectStores.open(settings)) {
            assertThatThrownBy(() -> store.get("a")).isInstanceOfSatisfying(StoreRefusedException.class, e -> {
                assertThat(e.failure()).isEqualTo(Failure.USAGE);
                assertThat(e).hasMessageContaining("not-yet");
            });
            assertThatThrownBy(() -> store.put("a", bytes("1"))).isInstanceOf(StoreRefusedException.class);
            assertThatThrownBy(() -> store.list("", "", 1)).isInstanceOf(StoreRefusedException.class);
            assertThatThrownBy(() -> store.createIfAbsent("a", bytes("1"))).isInstanceOf(StoreRefusedException.class);
        }
        try (ObjectStore store = ObjectStores.open(settings.creating())) {
            store.put("a", bytes("1"));
            assertThat(store.get("a")).isEqualTo(bytes("1"));
        }
        ObjectStores.open(settings.creating()).close();
    }

    @Test
    void namesRefusedCredentialsWithoutPrintingThem() {
        ArchiveSettings.S3 wrong =
                new ArchiveSettings.S3(minio.endpoint(), "us-east-1", minio.accessKey(), "wrong-secret");
        try (ObjectStore store = ObjectStores.open(ArchiveSettings.inS3(URI.create("s3://archive"), wrong))) {
            assertThatThrownBy(() -> store.get("a")).isInstanceOfSatisfying(StoreRefusedException.class, e -> {
                assertThat(e.failure()).isEqualTo(Failure.USAGE);
                assertThat(e).hasMessageContaining("SignatureDoesNotMatch");
                assertThat(e.hint()).contains("archive.s3.secret.key");
                assertThat(e.toString()).doesNotContain("wrong-secret");
            });
            assertThatThrownBy(() -> store.stat("a")).isInstanceOf(StoreRefusedException.class);
            assertThatThrownBy(() -> store.createIfAbsent("a", bytes("1"))).isInstanceOf(StoreRefusedException.class);
        }
        assertThat(wrong.toString()).doesNotContain("wrong-secret");
    }

    @Test
    void anEndpointWhereNobodyListensShowsWithinFifteenSeconds() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertUnavailableInTime("http://127.0.0.1:" + port);
    }

    @Test
    void anEndpointThatNeverAnswersShowsWithinFifteenSeconds() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertUnavailableInTime("http://127.0.0.1:" + silent.getLocalPort());
        }
    }

    @Test
    void anAddressThatSwallowsPacketsShowsWithinFifteenSeconds() {
        assertUnavailableInTime("http://192.0.2.1:9000");
    }

    private static void assertUnavailableInTime(String endpoint) {
        ArchiveSettings.S3 s3 = new ArchiveSettings.S3(endpoint, "us-east-1", "key", "secret");
        try (ObjectStore store = ObjectStores.open(ArchiveSettings.inS3(URI.create("s3://archive"), s3))) {
            Instant start = Instant.now();
            assertThatThrownBy(() -> store.get("g/1")).isInstanceOfSatisfying(StoreUnavailableException.class, e -> {
                assertThat(e.failure()).isEqualTo(Failure.UNAVAILABLE);
                assertThat(e).hasMessageContaining(endpoint).hasMessageContaining("get g/1");
                assertThat(e.hint()).isNotEmpty();
            });
            assertThat(Duration.between(start, Instant.now())).isLessThan(PROMISED);
        }
    }

    @Test
    void aStoreThatDiesLeavesACreationUnknownAndComesBack() throws Exception {
        try (MinioServer own = MinioServer.launchIn(scratch).withBucket("archive")) {
            ArchiveSettings.S3 s3 =
                    new ArchiveSettings.S3(own.endpoint(), "us-east-1", own.accessKey(), own.secretKey());
            try (ObjectStore store = ObjectStores.open(ArchiveSettings.inS3(URI.create("s3://archive"), s3))) {
                store.put("before", bytes("1"));
                own.kill();

                assertThat(store.createIfAbsent("m/0", bytes("x"))).isEqualTo(CreateOutcome.UNKNOWN);

                own.restart();
                assertThat(store.get("before")).isEqualTo(bytes("1"));
                assertThat(store.createIfAbsent("m/0", bytes("x"))).isEqualTo(CreateOutcome.CREATED);
            }
        }
    }
}
