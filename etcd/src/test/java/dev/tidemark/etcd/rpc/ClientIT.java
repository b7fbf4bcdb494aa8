package dev.tidemark.etcd.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.etcd.rpc.EtcdException.Compacted;
import dev.tidemark.etcd.rpc.EtcdException.Credentials;
import dev.tidemark.etcd.rpc.EtcdException.FutureRevision;
import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import dev.tidemark.etcd.rpc.WatchSignal.Refused;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.LeaseTtl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClientIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] KEY = "key".getBytes(UTF_8);

    @TempDir
    Path directory;

    /** etcd 3.4 cannot be asked for the state of auth. */
    @ParameterizedTest
    @EnumSource(value = EtcdVersion.class, mode = EnumSource.Mode.EXCLUDE, names = "V3_4")
    void asksAMemberForItsState(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            long created = client.put(KEY, "one".getBytes(UTF_8));
            long changed = client.put(KEY, "two".getBytes(UTF_8));

            EtcdStatus status = client.status();
            assertThat(status.version()).isEqualTo(version.number());
            assertThat(status.role()).isEqualTo(EtcdStatus.Role.LEADER);
            assertThat(status.leaderId()).isEqualTo(status.memberId()).isNotZero();
            assertThat(status.revision()).isEqualTo(changed);
            assertThat(status.dbSizeBytes()).isPositive();
            assertThat(client.linearizable()).isEqualTo(status.header());
            assertThat(client.members()).singleElement().satisfies(member -> {
                assertThat(member.id()).isEqualTo(status.memberId());
                assertThat(member.clientUrls()).containsExactly(etcd.endpoint());
            });
            KeyState state = client.get(KEY).orElseThrow();
            assertThat(state.value()).isEqualTo("two".getBytes(UTF_8));
            assertThat(state.createRevision()).isEqualTo(created);
            assertThat(state.modRevision()).isEqualTo(changed);
            assertThat(state.version()).isEqualTo(2);
            assertThat(client.delete(KEY)).isEqualTo(changed + 1);
            assertThat(client.get(KEY)).isEmpty();
            assertThat(client.keys(changed)).isOne();
            assertThat(client.keys(changed + 1)).isZero();
            if (version.number().startsWith("3.4.")) {
                assertThat(client.authRevision()).isEmpty();
            } else {
                assertThat(client.authRevision().orElseThrow()).isPositive();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void knowsWhatIsCompactedAndHashesTheRest(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            for (int i = 0; i < 60; i++) {
                source.put("key/" + i % 7, "value " + i);
            }
            HashKvAnswer whole = client.hashKv(50);
            assertThat(whole.revision()).isEqualTo(50);
            assertThat(whole.compactRevision()).isEqualTo(-1);
            assertThat(whole.header().revision()).isEqualTo(61);
            assertThat(whole.hash()).isBetween(0L, 0xFFFF_FFFFL);
            assertThat(client.isCompacted(1)).isFalse();

            source.compact(40);
            assertThat(client.isCompacted(39)).isTrue();
            assertThat(client.isCompacted(40)).isFalse();
            assertThat(client.hashKv(50).compactRevision()).isEqualTo(40);
            assertThat(catchThrowableOfType(Compacted.class, () -> client.hashKv(39)))
                    .hasMessageContaining("39");
            assertThat(catchThrowableOfType(FutureRevision.class, () -> client.hashKv(62)))
                    .hasMessageContaining("62");
            assertThatThrownBy(() -> client.isCompacted(62)).isInstanceOf(FutureRevision.class);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void asksWhatALeaseWasGranted(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            long lease = source.grant(600);
            assertThat(client.leaseTtl(lease)).isEqualTo(new LeaseTtl(lease, 600));
            assertThat(client.leases()).containsExactly(lease);
            assertThat(client.leaseTtl(12345)).isEqualTo(new LeaseTtl(12345, LeaseTtl.UNKNOWN));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tidemark.sandbox.EtcdVersion#available")
    void streamsASnapshotThatTheOfficialToolsAccept(EtcdVersion version) throws IOException {
        try (EtcdServer etcd = EtcdServer.launch(version);
                Source source = new Source(etcd.endpoint());
                EtcdClient client = EtcdClient.open(EtcdSettings.of(etcd.endpoint()))) {
            for (int i = 0; i < 100; i++) {
                source.put("key/" + i, new byte[100_000], 0);
            }
            SnapshotFile snapshot = client.snapshotTo(directory.resolve("snapshot.db"), Duration.ZERO);

            assertThat(snapshot.bytes()).isEqualTo(Files.size(snapshot.path())).isGreaterThan(10_000_000);
            assertThat(snapshot.sha256()).matches("[0-9a-f]{64}");
            assertThat(etcd.etcdutl("snapshot", "status", snapshot.path().toString()))
                    .contains("101");
            try (EtcdServer restored = EtcdServer.restored(snapshot.path(), version);
                    EtcdClient copy = EtcdClient.open(EtcdSettings.of(restored.endpoint()))) {
                assertThat(copy.linearizable().revision()).isEqualTo(101);
                assertThat(copy.hashKv(101).hash()).isEqualTo(client.hashKv(101).hash());
            }
        }
    }

    /** On etcd 3.4 the watch after a restart was created, not refused. */
    @ParameterizedTest
    @EnumSource(value = EtcdVersion.class, mode = EnumSource.Mode.EXCLUDE, names = "V3_4")
    void aUserIsProvenAndItsTokenRenewed(EtcdVersion version) {
        try (EtcdServer etcd = EtcdServer.launch(version)) {
            etcd.etcdctl("put", "key", "value");
            enableAuth(etcd);
            EtcdSettings settings = EtcdSettings.of(etcd.endpoint());
            try (EtcdClient nobody = EtcdClient.open(settings);
                    EtcdClient wrong = EtcdClient.open(settings.withCredentials(new EtcdCredentials("root", "no")));
                    EtcdClient weak = EtcdClient.open(settings.withCredentials(new EtcdCredentials("weak", "weak")));
                    EtcdClient root =
                            EtcdClient.open(settings.withCredentials(new EtcdCredentials("root", "secret")))) {
                assertThat(catchThrowableOfType(Credentials.class, () -> nobody.get(KEY))
                                .failure())
                        .isEqualTo(Failure.USAGE);
                assertThat(catchThrowableOfType(Credentials.class, wrong::linearizable))
                        .hasMessageContaining("root");
                assertThatThrownBy(() -> wrong.watch(1)).isInstanceOf(Credentials.class);
                assertThatThrownBy(() -> weak.snapshotTo(directory.resolve("weak.db"), Duration.ZERO))
                        .isInstanceOf(Credentials.class);
                assertThat(directory.resolve("weak.db")).doesNotExist();
                assertThat(first(weak)).isInstanceOf(Refused.class);
                assertThat(first(root)).isInstanceOf(WatchSignal.Created.class);

                // simple tokens live in the member's memory
                etcd.restart();
                assertThat(first(root)).isInstanceOf(WatchSignal.Created.class);
                etcd.restart();
                assertThat(root.get(KEY)).isPresent();
                etcd.restart();
                assertThat(root.snapshotTo(directory.resolve("root.db"), Duration.ZERO)
                                .bytes())
                        .isPositive();
            }
        }
    }

    @Test
    void anUnreachableMemberFailsFast() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String endpoint = "http://127.0.0.1:" + port;
        try (EtcdClient client = EtcdClient.open(EtcdSettings.of(endpoint))) {
            long started = System.nanoTime();
            Unavailable error = catchThrowableOfType(Unavailable.class, client::status);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(6));
            assertThat(error.reason()).isEqualTo(Unavailable.Reason.UNREACHABLE);
            assertThat(error.failure()).isEqualTo(Failure.UNAVAILABLE);
            assertThat(error).hasMessageContaining(endpoint).hasMessageContaining("refused");
            assertThat(error.hint()).isNotEmpty();
            assertThatThrownBy(() -> first(client)).isInstanceOf(Unavailable.class);
        }
    }

    @Test
    void aServerThatNeverAnswersFailsWithinTheCallTimeout() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                EtcdClient client = EtcdClient.open(EtcdSettings.of("http://127.0.0.1:" + mute.getLocalPort()))) {
            long started = System.nanoTime();
            assertThat(catchThrowableOfType(Unavailable.class, client::status).reason())
                    .isEqualTo(Unavailable.Reason.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(7));
            assertThat(catchThrowableOfType(Unavailable.class, () -> first(client))
                            .reason())
                    .isEqualTo(Unavailable.Reason.TIMEOUT);
        }
    }

    private static void enableAuth(EtcdServer etcd) {
        etcd.etcdctl("user", "add", "root:secret");
        etcd.etcdctl("user", "grant-role", "root", "root");
        etcd.etcdctl("user", "add", "weak:weak");
        etcd.etcdctl("auth", "enable");
    }

    private static WatchSignal first(EtcdClient client) {
        try (EtcdWatch watch = client.watch(1)) {
            return watch.next(PATIENCE);
        }
    }
}
