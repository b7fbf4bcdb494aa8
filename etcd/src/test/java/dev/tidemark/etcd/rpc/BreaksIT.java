package dev.tidemark.etcd.rpc;

import static dev.tidemark.sandbox.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.etcd.rpc.EtcdException.Unavailable;
import dev.tidemark.etcd.rpc.EtcdException.Unavailable.Reason;
import dev.tidemark.etcd.rpc.proto.MaintenanceGrpc;
import dev.tidemark.etcd.rpc.proto.StatusRequest;
import dev.tidemark.etcd.rpc.proto.StatusResponse;
import dev.tidemark.etcd.rpc.proto.WatchGrpc;
import dev.tidemark.etcd.rpc.proto.WatchRequest;
import dev.tidemark.etcd.rpc.proto.WatchResponse;
import dev.tidemark.sandbox.EtcdCluster;
import dev.tidemark.sandbox.EtcdServer;
import dev.tidemark.sandbox.EtcdVersion;
import dev.tidemark.sandbox.faults.Direction;
import dev.tidemark.sandbox.faults.TcpProxy;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of break ends in an error soon, after which a new watch goes on from the revision that it is told. */
class BreaksIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration NOTICED = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @EnumSource(Direction.class)
    void aHalfOpenWatchIsNoticedByTheKeepAlive(Direction dead) {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                TcpProxy proxy = TcpProxy.to(etcd.port());
                Source source = new Source(etcd.endpoint());
                EtcdClient client = through(proxy)) {
            long main = source.put("key", "before");
            EtcdWatch watch = client.watch(main);
            revision(watch, main);
            proxy.stall(dead);
            long missed = source.put("key", "missed");
            watch.requestProgress();

            Unavailable error = soon(() -> revision(watch, missed + 1));
            assertThat(error.reason()).isEqualTo(Reason.UNREACHABLE);
            proxy.heal();
            eventually(PATIENCE, () -> {
                try (EtcdWatch again = client.watch(main + 1)) {
                    revision(again, missed);
                }
            });
        }
    }

    @Test
    void aHalfOpenSnapshotIsNoticedByTheKeepAlive() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                TcpProxy proxy = TcpProxy.to(etcd.port());
                Source source = new Source(etcd.endpoint());
                EtcdClient client = through(proxy)) {
            for (int i = 0; i < 300; i++) {
                source.put("key/" + i, new byte[1_000_000], 0);
            }
            CompletableFuture<Void> stalled = CompletableFuture.runAsync(() -> {
                while (proxy.counters().bytesToClient() < 10_000_000) {
                    Thread.onSpinWait();
                }
                proxy.stall();
            });
            Path file = directory.resolve("snapshot.db");

            Unavailable error = soon(() -> client.snapshotTo(file, Duration.ZERO));
            stalled.join();
            assertThat(error.reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(file).doesNotExist();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aConnectionThatDiedWhileNoCallWasActiveCostsOneCall() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                TcpProxy proxy = TcpProxy.to(etcd.port());
                EtcdClient client = through(proxy)) {
            client.status();
            proxy.stall();

            soon(client::status);
            soon(() -> client.watch(1));
            proxy.heal();
            eventually(PATIENCE, () -> assertThat(client.status().memberId()).isNotZero());
        }
    }

    @Test
    void aConnectionThatIsCutEndsTheWatchAtOnce() {
        try (EtcdServer etcd = EtcdServer.launch(EtcdVersion.V3_6);
                TcpProxy proxy = TcpProxy.to(etcd.port());
                Source source = new Source(etcd.endpoint());
                EtcdClient client = through(proxy)) {
            long main = source.put("key", "before");
            EtcdWatch watch = client.watch(main);
            revision(watch, main);
            assertThat(proxy.cut()).isPositive();

            assertThat(soon(() -> revision(watch, main + 1)).reason()).isEqualTo(Reason.UNREACHABLE);
            long missed = source.put("key", "missed");
            try (EtcdWatch again = client.watch(main + 1)) {
                revision(again, missed);
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aMemberThatLosesItsLeaderEndsTheWatchAndHasItBackAfterwards() {
        try (EtcdCluster cluster = EtcdCluster.launch(EtcdVersion.V3_6)) {
            int follower = cluster.follower();
            try (Source source = new Source(cluster.member(cluster.leader()).endpoint());
                    EtcdClient client = EtcdClient.open(
                            EtcdSettings.of(cluster.member(follower).endpoint()))) {
                long main = source.put("key", "before");
                EtcdWatch watch = client.watch(main);
                revision(watch, main);
                cluster.isolate(follower);
                long missed = source.put("key", "missed");

                assertThat(soon(() -> revision(watch, missed)).reason()).isEqualTo(Reason.NO_LEADER);
                cluster.heal(follower);
                eventually(PATIENCE, () -> {
                    try (EtcdWatch again = client.watch(main + 1)) {
                        revision(again, missed);
                    }
                });
            }
        }
    }

    @Test
    void aMemberThatSaysGoAwayEndsTheWatch() throws Exception {
        Server server = goingAway();
        try (EtcdClient client = EtcdClient.open(EtcdSettings.of("http://127.0.0.1:" + server.getPort()))) {
            EtcdWatch watch = client.watch(1);
            assertThat(watch.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);

            assertThat(soon(() -> watch.next(PATIENCE)).reason()).isEqualTo(Reason.UNREACHABLE);
            try (EtcdWatch again = client.watch(1)) {
                assertThat(again.next(PATIENCE)).isInstanceOf(WatchSignal.Created.class);
            }
        } finally {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static Server goingAway() throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .maxConnectionAge(1, TimeUnit.SECONDS)
                .maxConnectionAgeGrace(1, TimeUnit.SECONDS)
                .addService(new WatchGrpc.WatchImplBase() {
                    @Override
                    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> out) {
                        out.onNext(Events.created());
                        return new Ignored<>();
                    }
                })
                .addService(new MaintenanceGrpc.MaintenanceImplBase() {
                    @Override
                    public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
                        out.onNext(StatusResponse.getDefaultInstance());
                        out.onCompleted();
                    }
                })
                .build()
                .start();
    }

    private static EtcdClient through(TcpProxy proxy) {
        return EtcdClient.open(EtcdSettings.of("http://" + proxy.address()));
    }

    private static Unavailable soon(ThrowingCallable call) {
        long begun = System.nanoTime();
        Unavailable error = catchThrowableOfType(Unavailable.class, call);
        assertThat(error).isNotNull();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(NOTICED);
        return error;
    }

    /** Reads until a revision has come. */
    private static void revision(EtcdWatch watch, long main) {
        long last = 0;
        while (last < main) {
            WatchSignal signal = watch.next(PATIENCE);
            assertThat(signal).isNotInstanceOf(WatchSignal.Idle.class);
            if (signal instanceof WatchSignal.Revisions revisions) {
                last = revisions.last();
            }
        }
    }

    private static final class Ignored<T> implements StreamObserver<T> {
        @Override
        public void onNext(T value) {}

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {}
    }
}
