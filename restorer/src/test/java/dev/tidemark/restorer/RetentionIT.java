package dev.tidemark.restorer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.retention.Expiry;
import dev.tidemark.archive.retention.ExpiryReport;
import dev.tidemark.archive.retention.Locks;
import dev.tidemark.archive.retention.RetentionPolicy;
import dev.tidemark.archive.store.ArchiveSettings;
import dev.tidemark.archive.store.LockOutcome;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.archive.store.ObjectStores;
import dev.tidemark.restorer.past.Past;
import dev.tidemark.restorer.plan.RestorePlan;
import dev.tidemark.restorer.targets.Target;
import dev.tidemark.restorer.verify.Verifier;
import dev.tidemark.restorer.verify.VerifyRequest;
import dev.tidemark.restorer.verify.report.VerifyLevel;
import dev.tidemark.restorer.verify.report.VerifyProgress;
import dev.tidemark.restorer.verify.report.VerifyReport;
import dev.tidemark.sandbox.MinioServer;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.LevelPolicy;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.SetObjectLockConfigurationArgs;
import io.minio.messages.ObjectLockConfiguration;
import io.minio.messages.RetentionMode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retention in a real store, by its own clock, while the archive grows: in a plain bucket, and in one with Object Lock. */
class RetentionIT {
    private static final RetentionPolicy POLICY = new RetentionPolicy(
            Duration.ofSeconds(3), Duration.ZERO, Duration.ZERO, Duration.ofDays(9), Duration.ofSeconds(1));

    private static final List<LevelPolicy> LEVELS = List.of(
            new LevelPolicy(1, Duration.ofDays(1).toMillis()),
            new LevelPolicy(2, Duration.ofDays(1).toMillis()),
            new LevelPolicy(3, Duration.ofDays(1).toMillis()));

    private static final int ROUNDS = 30;
    private static MinioServer minio;

    @TempDir
    Path directory;

    private final List<Change> changes = new ArrayList<>();
    private final List<Long> times = new ArrayList<>(List.of(0L, System.currentTimeMillis()));
    private long attempts;

    @BeforeAll
    static void startMinio() throws Exception {
        minio = MinioServer.launch().withBucket("plain");
        MinioClient client = MinioClient.builder()
                .endpoint(minio.endpoint())
                .credentials(minio.accessKey(), minio.secretKey())
                .build();
        client.makeBucket(
                MakeBucketArgs.builder().bucket("locked").objectLock(true).build());
        client.makeBucket(
                MakeBucketArgs.builder().bucket("lockable").objectLock(true).build());
        client.setObjectLockConfiguration(SetObjectLockConfigurationArgs.builder()
                .bucket("locked")
                .config(new ObjectLockConfiguration(
                        RetentionMode.GOVERNANCE, new ObjectLockConfiguration.RetentionDurationDays(1)))
                .build());
    }

    @AfterAll
    static void stopMinio() {
        minio.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "locked"})
    void whatIsPromisedComesBackAndTheRestIsGone(String bucket) throws InterruptedException {
        try (ObjectStore store = open(bucket)) {
            SampleArchive archive = new SampleArchive(store, directory, SampleArchive.SMALL);
            archive.capturedAt(revision -> times.get((int) revision));
            archive.levels(LEVELS);
            archive.open(0, 1, null).claim().base(List.of(), 1, 1, List.of());
            long deleted = 0;
            for (int round = 0; round < ROUNDS; round++) {
                write(archive);
                Thread.sleep(250);
                if (round % 5 == 4) {
                    deleted += expire(archive).deleted().objects();
                }
            }
            assertThat(deleted).isPositive();
            assertThat(archive.sources(Instant.now()).archive().catalog().retention())
                    .isPresent();
            long first = check(archive);
            assertThat(first).as("not everything is kept").isGreaterThan(1);
            assertThat(named(store)).as("data of what was given up").isLessThan(4 * (size() - first));
            VerifyReport report = new Verifier(archive.sources(Instant.now()))
                    .verify(new VerifyRequest(VerifyLevel.CONTENT, 1), VerifyProgress.NONE);
            assertThat(report.findings()).isEmpty();
            assertLocked(store, bucket);
        }
    }

    /** What restores need is locked for longer than the bucket does by itself; nothing is where no lock is. */
    private static void assertLocked(ObjectStore store, String bucket) {
        String name = store.list("sample/m/", "", 1).get(0).name();
        Instant enough = Instant.now().plus(POLICY.lock()).minus(Duration.ofMinutes(10));
        Instant longer = Instant.now().plus(POLICY.lock()).plus(Duration.ofDays(1));
        boolean locks = bucket.equals("locked");
        LockOutcome letBe = locks ? LockOutcome.LONG_ENOUGH : LockOutcome.NOT_LOCKED;
        assertThat(store.extendLock(name, enough, longer))
                .as("was locked long enough")
                .isEqualTo(letBe);
        assertThat(store.extendLock(name, longer, longer))
                .isEqualTo(locks ? LockOutcome.EXTENDED : LockOutcome.NOT_LOCKED);
        assertThat(store.extendLock(name, enough, enough)).as("never shorter").isEqualTo(letBe);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "lockable", "locked"})
    void whatShouldBeLockedAndIsNotIsCounted(String bucket) {
        try (ObjectStore store = open(bucket)) {
            SampleArchive archive = new SampleArchive(store, "counted", directory, SampleArchive.SMALL);
            archive.capturedAt(revision -> times.get((int) revision));
            archive.open(0, 1, null).base(List.of(), 1, 1, List.of());
            write(archive);
            Locks locks = expire(archive).locks();
            if (bucket.equals("locked")) {
                assertThat(locks.extended()).isPositive();
                assertThat(locks.missing()).isZero();
            } else {
                assertThat(locks.extended()).isZero();
                assertThat(locks.missing()).isGreaterThan(5);
            }
        }
    }

    private static ObjectStore open(String bucket) {
        return ObjectStores.open(ArchiveSettings.inS3(
                URI.create("s3://" + bucket + "/tide"),
                new ArchiveSettings.S3(minio.endpoint(), "us-east-1", minio.accessKey(), minio.secretKey())));
    }

    private long size() {
        return times.size();
    }

    /** Three revisions, a checkpoint, and what follows from it. */
    private void write(SampleArchive archive) {
        for (int i = 0; i < 3; i++) {
            long revision = times.size();
            times.add(System.currentTimeMillis());
            byte[] value = ("value " + revision).getBytes(StandardCharsets.UTF_8);
            changes.add(Change.put(
                    revision,
                    0,
                    SampleLog.key((int) revision % 7),
                    value,
                    revision,
                    1,
                    0,
                    times.get((int) revision),
                    0));
        }
        archive.checkpoint(changes, times.size() - 1L, List.of()).upkeep();
    }

    private ExpiryReport expire(SampleArchive archive) {
        return Expiry.prepare(
                        archive.archive(),
                        POLICY,
                        Expiry.Promise.KEPT,
                        () -> "01JDB50M8H3D0V6E1C9A" + String.format("%06d", ++attempts),
                        InstantSource.system())
                .run();
    }

    /** Every revision that is promised, and any other that is given, is what the log says; gives the first one. */
    private long check(SampleArchive archive) {
        long first = 0;
        try (Past past = Past.open(new Sources(archive.archive(), Optional.empty(), directory, Clock.systemUTC()))) {
            for (long revision = 1; revision < size(); revision++) {
                boolean promised = revision + 1 == size()
                        || times.get((int) revision + 1)
                                > times.get(times.size() - 1) - POLICY.pitr().toMillis();
                if (!promised && !past.history().chapters().get(0).holds(revision)) {
                    continue;
                }
                first = first == 0 ? revision : first;
                RestorePlan plan = past.plan(Target.revision(revision));
                List<String> found = new ArrayList<>();
                past.state(plan).run((change, liveness) -> found.add(Replay.words(change)));
                assertThat(found)
                        .as("revision %d", revision)
                        .isEqualTo(Replay.at(changes, revision).stream()
                                .map(Replay::words)
                                .toList());
            }
        }
        return first;
    }

    private static long named(ObjectStore store) {
        return store.list("sample/d/", "", 100_000).stream()
                .map(ObjectInfo::name)
                .filter(name -> name.endsWith(".avro"))
                .count();
    }
}
