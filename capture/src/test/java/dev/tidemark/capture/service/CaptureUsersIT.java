package dev.tidemark.capture.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.topic.TopicReader;
import dev.tidemark.etcd.rpc.EtcdCredentials;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.etcd.rpc.EtcdUsers;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.Eventually;
import dev.tidemark.sandbox.KafkaServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Capture as users of etcd that may do more or less. */
@ExtendWith(OnSharedKafka.class)
class CaptureUsersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final EtcdCredentials WATCH = new EtcdCredentials("tidemark-watch", "watches");
    private static final EtcdCredentials ADMIN = new EtcdCredentials("tidemark-admin", "administers");

    private static KafkaServer kafka;

    @TempDir
    Path scratch;

    private final ObjectStore store = new MemoryStore(InstantSource.system());

    @BeforeAll
    static void takeKafka(KafkaServer shared) {
        kafka = shared;
    }

    @Test
    void withoutTheRightToSnapshotsRevisionsAreCapturedAndTheBaseComesOnceItIsGranted(TestInfo test) {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = withUsers()) {
            put(etcd, 20);
            EtcdSettings settings = EtcdSettings.of(etcd.endpoint())
                    .withUsers(
                            new EtcdUsers(Optional.of(WATCH), Optional.of(new EtcdCredentials("weak-admin", "weak"))));
            try (RunningCapture capture = new RunningCapture(place.settings(settings), store)) {
                capture.await(21);
                put(etcd, 20);
                capture.await(41);
                assertThat(capture.missingRights()).get().asString().contains("captured but cannot be restored yet");
                assertThat(place.read(etcd).newest().bases).isEmpty();

                root(etcd, "user", "grant-role", "weak-admin", "root");
                put(etcd, 20);
                capture.await(61);
                TopicReader.Told told = Eventually.until(PATIENCE, () -> place.read(etcd), read -> !read.newest()
                                .bases
                                .isEmpty())
                        .newest();
                assertThat(capture.missingRights()).isEmpty();
                assertThat(told.opened.baseRevision()).isEqualTo(21);
                assertThat(told.bases.get(0).descriptor()).isNotNull();
                assertThat(told.changes.stream().mapToLong(change -> change.main()))
                        .containsExactlyElementsOf(
                                LongStream.rangeClosed(22, 61).boxed().toList());
            }
        }
    }

    @Test
    void aMemberThatForgetsItsTokensLosesNothing(TestInfo test) {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = withUsers("--auth-token-ttl=1")) {
            EtcdSettings settings =
                    EtcdSettings.of(etcd.endpoint()).withUsers(new EtcdUsers(Optional.of(WATCH), Optional.of(ADMIN)));
            try (RunningCapture capture = new RunningCapture(place.settings(settings), store)) {
                capture.await(1);
                for (int restart = 0; restart < 3; restart++) {
                    put(etcd, 20);
                    etcd.kill();
                    etcd.start();
                }
                put(etcd, 20);
                capture.await(81);
                assertThat(capture.missingRights()).isEmpty();
            }
            assertThat(place.read(etcd).generations).hasSize(1);
            assertThat(place.read(etcd).newest().last()).isEqualTo(81);
        }
    }

    @Test
    void aWrongPasswordOfTheWatchEndsTheStart(TestInfo test) throws Exception {
        CapturePlace place = new CapturePlace(kafka, test, scratch, store);
        try (EtcdServer etcd = withUsers()) {
            EtcdSettings settings = EtcdSettings.of(etcd.endpoint())
                    .withUsers(new EtcdUsers(
                            Optional.of(new EtcdCredentials("tidemark-watch", "wrong")), Optional.of(ADMIN)));
            try (RunningCapture capture = new RunningCapture(place.settings(settings), store)) {
                assertThat(capture.error())
                        .isInstanceOf(CompletionException.class)
                        .cause()
                        .isInstanceOfSatisfying(EtcdException.Credentials.class, e -> {
                            assertThat(e).hasMessageContaining("authentication of user tidemark-watch");
                            assertThat(e.hint()).contains("etcd.watch.username", "READ on all keys");
                        });
            }
        }
    }

    private static EtcdServer withUsers(String... flags) {
        EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6, flags);
        etcd.etcdctl("user", "add", "root:secret");
        etcd.etcdctl("user", "grant-role", "root", "root");
        etcd.etcdctl("role", "add", "tidemark-watch");
        etcd.etcdctl("role", "grant-permission", "tidemark-watch", "read", "", "--from-key");
        etcd.etcdctl("user", "add", "tidemark-watch:" + WATCH.password());
        etcd.etcdctl("user", "grant-role", "tidemark-watch", "tidemark-watch");
        etcd.etcdctl("user", "add", "tidemark-admin:" + ADMIN.password());
        etcd.etcdctl("user", "grant-role", "tidemark-admin", "root");
        etcd.etcdctl("user", "add", "weak-admin:weak");
        etcd.etcdctl("auth", "enable");
        return etcd;
    }

    private static void put(EtcdServer etcd, int count) {
        for (int i = 0; i < count; i++) {
            root(etcd, "put", "key/" + i, "value");
        }
    }

    private static void root(EtcdServer etcd, String... arguments) {
        String[] words = new String[arguments.length + 1];
        words[0] = "--user=root:secret";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        etcd.etcdctl(words);
    }
}
