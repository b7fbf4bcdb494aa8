package dev.tidemark.capture.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.service.CapturePlace;
import dev.tidemark.capture.service.OnSharedKafka;
import dev.tidemark.capture.service.RunningCapture;
import dev.tidemark.etcd.rpc.EtcdCredentials;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.EtcdUsers;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Users, roles and leases that a source gets after its base. */
@ExtendWith(OnSharedKafka.class)
class SideKeeperIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final EtcdCredentials ROOT = new EtcdCredentials("root", "secret");
    private static final EtcdCredentials ADMIN = new EtcdCredentials("tidemark-admin", "administers");

    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @BeforeAll
    static void takeKafka(KafkaServer shared) {
        kafka = shared;
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @EnumSource(value = EtcdVersion.class, names = "V3_4", mode = EnumSource.Mode.EXCLUDE)
    void aChangeOfUsersIsRenewedOnceAndNotAgainAfterARestart(EtcdVersion version, TestInfo test) {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = withAuth(version)) {
            CaptureSettings settings =
                    place.settings(as(etcd, ROOT)).withSideState(new CaptureSettings.SideRenewal(Duration.ZERO, POLL));
            root(etcd, "put", "a", "1");
            TopicEvent.SideReady renewed;
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                BaseDescriptor base = awaitBase(place, etcd);
                assertThat(users(base.getSide())).containsExactly("root", "tidemark-admin");
                sleep(QUIET);
                assertThat(place.read(etcd).newest().sides).isEmpty();

                root(etcd, "put", "a", "2");
                root(etcd, "user", "add", "late:secret");
                renewed = awaitSides(place, etcd, 1).get(0);
                assertThat(renewed.revision()).isEqualTo(3);
                assertThat(renewed.authRevision()).isEqualTo(SideBuckets.authRevision(auth(base.getSide())) + 1);
                assertThat(users(commit(renewed))).containsExactly("late", "root", "tidemark-admin");
                capture.await(3);
                sleep(QUIET);
                assertThat(place.read(etcd).newest().sides).hasSize(1);
            }
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                root(etcd, "put", "a", "3");
                capture.await(4);
                sleep(QUIET);
                assertThat(place.read(etcd).newest().sides).containsExactly(renewed);

                root(etcd, "user", "delete", "late");
                TopicEvent.SideReady again = awaitSides(place, etcd, 2).get(1);
                assertThat(users(commit(again))).containsExactly("root", "tidemark-admin");
            }
            assertThat(place.read(etcd).generations).hasSize(1);
        }
    }

    static Stream<EtcdVersion> oneThatSaysAndOneThatDoesNot() {
        return EtcdVersion.available().filter(version -> version == EtcdVersion.V3_4 || version == EtcdVersion.V3_6);
    }

    /** A lease without keys is in no revision at all. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("oneThatSaysAndOneThatDoesNot")
    void afterTheIntervalTheTableOfLeasesIsRenewedTooWhoeverCannotSayWhetherUsersChanged(
            EtcdVersion version, TestInfo test) {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = EtcdServer.launch(version)) {
            CaptureSettings settings = place.settings(EtcdSettings.of(etcd.endpoint()))
                    .withSideState(new CaptureSettings.SideRenewal(Duration.ofSeconds(2), POLL));
            etcd.etcdctl("put", "a", "1");
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                BaseDescriptor base = awaitBase(place, etcd);
                assertThat(records(base.getSide(), "lease")).isEmpty();
                etcd.etcdctl("lease", "grant", "4711");
                long before = System.nanoTime();
                int known = place.read(etcd).newest().sides.size();
                List<TopicEvent.SideReady> sides = awaitSides(place, etcd, known + 3);
                assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofSeconds(3));
                assertThat(records(commit(sides.get(sides.size() - 1)), "lease"))
                        .hasSize(1);
                assertThat(capture.hasEnded()).isFalse();
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void withoutTheRightToSnapshotsCaptureGoesOnAndSaysWhatItLacks(TestInfo test) {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = withAuth(EtcdVersion.V3_6)) {
            EtcdSettings source =
                    EtcdSettings.of(etcd.endpoint()).withUsers(new EtcdUsers(Optional.of(ROOT), Optional.of(ADMIN)));
            CaptureSettings settings =
                    place.settings(source).withSideState(new CaptureSettings.SideRenewal(Duration.ZERO, POLL));
            root(etcd, "put", "a", "1");
            try (RunningCapture capture = new RunningCapture(settings, store)) {
                awaitBase(place, etcd);
                sleep(QUIET);
                assertThat(capture.missingRights()).isEmpty();

                root(etcd, "user", "revoke-role", "tidemark-admin", "root");
                Optional<String> missing = Eventually.until(PATIENCE, capture::missingRights, Optional::isPresent);
                assertThat(missing).get().asString().contains("leases, users and roles are restored as they were");
                root(etcd, "put", "a", "2");
                capture.await(3);
                assertThat(place.read(etcd).newest().sides).isEmpty();

                root(etcd, "user", "grant-role", "tidemark-admin", "root");
                awaitSides(place, etcd, 1);
                assertThat(capture.missingRights()).isEmpty();
            }
        }
    }

    private BaseDescriptor awaitBase(CapturePlace place, EtcdServer etcd) {
        return place.commitBase(Eventually.until(
                        PATIENCE,
                        () -> place.read(etcd),
                        read -> !read.generations.isEmpty()
                                && !read.newest().bases.isEmpty())
                .newest());
    }

    private static List<TopicEvent.SideReady> awaitSides(CapturePlace place, EtcdServer etcd, int count) {
        return Eventually.until(
                        PATIENCE,
                        () -> place.read(etcd),
                        read -> read.newest().sides.size() >= count)
                .newest()
                .sides;
    }

    private ClusterArchive archive() {
        return new ClusterArchive(store, "prod");
    }

    /** Gives a side state its manifest, as a compactor would. */
    private ObjectRef commit(TopicEvent.SideReady ready) {
        return archive()
                .resumeNewest()
                .orElseThrow()
                .commitSide(ready)
                .getSide()
                .getObject();
    }

    private List<SideRecord> records(ObjectRef side, String bucket) {
        return archive().readSide(side).getOrDefault(bucket, List.of());
    }

    private List<SideRecord> auth(ObjectRef side) {
        return records(side, "auth");
    }

    private List<String> users(ObjectRef side) {
        return records(side, "authUsers").stream()
                .map(user -> StandardCharsets.UTF_8.decode(user.getKey()).toString())
                .toList();
    }

    private static EtcdSettings as(EtcdServer etcd, EtcdCredentials user) {
        return EtcdSettings.of(etcd.endpoint()).withUsers(new EtcdUsers(Optional.of(user), Optional.of(user)));
    }

    private static EtcdServer withAuth(EtcdVersion version) {
        EtcdServer etcd = EtcdServer.launch(version);
        etcd.etcdctl("user", "add", "root:secret");
        etcd.etcdctl("user", "grant-role", "root", "root");
        etcd.etcdctl("user", "add", "tidemark-admin:" + ADMIN.password());
        etcd.etcdctl("user", "grant-role", "tidemark-admin", "root");
        etcd.etcdctl("auth", "enable");
        return etcd;
    }

    private static void root(EtcdServer etcd, String... arguments) {
        String[] words = new String[arguments.length + 1];
        words[0] = "--user=root:secret";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        etcd.etcdctl(words);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
