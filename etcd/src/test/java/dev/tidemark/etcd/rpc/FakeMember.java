package dev.tidemark.etcd.rpc;

import dev.tidemark.etcd.rpc.proto.AuthGrpc;
import dev.tidemark.etcd.rpc.proto.AuthenticateRequest;
import dev.tidemark.etcd.rpc.proto.AuthenticateResponse;
import dev.tidemark.etcd.rpc.proto.MaintenanceGrpc;
import dev.tidemark.etcd.rpc.proto.SnapshotRequest;
import dev.tidemark.etcd.rpc.proto.SnapshotResponse;
import dev.tidemark.etcd.rpc.proto.StatusRequest;
import dev.tidemark.etcd.rpc.proto.StatusResponse;
import dev.tidemark.etcd.rpc.proto.WatchGrpc;
import dev.tidemark.etcd.rpc.proto.WatchRequest;
import dev.tidemark.etcd.rpc.proto.WatchResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An etcd member that says what a real one cannot be made to say: a script of answers for each stream. */
final class FakeMember implements AutoCloseable {
    /** The answers of one stream, and how it ends; without an end it stays open. */
    record Script<R>(List<R> answers, Optional<Status> end) {}

    static final EtcdSettings SETTINGS = EtcdSettings.of("http://fake:2379");
    /** For what is to run out of time. */
    static final EtcdSettings IMPATIENT = SETTINGS.withTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(2));

    private static final Context.Key<String> TOKEN = Context.key("token");

    final BlockingQueue<Script<WatchResponse>> watches = new LinkedBlockingQueue<>();
    final BlockingQueue<Script<SnapshotResponse>> snapshots = new LinkedBlockingQueue<>();
    final AtomicInteger progressRequests = new AtomicInteger();
    /** What it calls itself; the token that it was asked with stands behind. */
    volatile String version = "3.6.16";

    /** Who has asked for a token. */
    final BlockingQueue<String> users = new LinkedBlockingQueue<>();

    final AtomicInteger tokens = new AtomicInteger();
    /** Calls with an older token are refused. */
    final AtomicInteger firstGoodToken = new AtomicInteger(1);

    private final String name = InProcessServerBuilder.generateName();
    private final Server server;

    FakeMember() {
        server = InProcessServerBuilder.forName(name)
                .addService(new Watches())
                .addService(new Maintenance())
                .addService(new Authentication())
                .intercept(new TokenReader())
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    EtcdClient client(EtcdSettings settings) {
        return new MemberClient(InProcessChannelBuilder.forName(name).build(), settings, System::nanoTime);
    }

    EtcdClient client() {
        return client(SETTINGS);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static <R> void play(Script<R> script, StreamObserver<R> out) {
        script.answers().forEach(out::onNext);
        script.end().ifPresent(status -> {
            if (status.isOk()) {
                out.onCompleted();
            } else {
                out.onError(status.asRuntimeException());
            }
        });
    }

    private final class Watches extends WatchGrpc.WatchImplBase {
        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> out) {
            return new StreamObserver<>() {
                @Override
                public void onNext(WatchRequest request) {
                    if (request.hasCreateRequest()) {
                        play(watches.remove(), out);
                    } else if (request.hasProgressRequest()) {
                        progressRequests.incrementAndGet();
                    }
                }

                @Override
                public void onError(Throwable cancelled) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
            String token = TOKEN.get();
            if (token != null && Integer.parseInt(token) < firstGoodToken.get()) {
                out.onError(Status.UNAUTHENTICATED
                        .withDescription("etcdserver: invalid auth token")
                        .asRuntimeException());
                return;
            }
            out.onNext(StatusResponse.newBuilder()
                    .setVersion(version + "+" + token)
                    .build());
            out.onCompleted();
        }

        @Override
        public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> out) {
            play(snapshots.remove(), out);
        }
    }

    private final class Authentication extends AuthGrpc.AuthImplBase {
        @Override
        public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> out) {
            users.add(request.getName());
            out.onNext(AuthenticateResponse.newBuilder()
                    .setToken(Integer.toString(tokens.incrementAndGet()))
                    .build());
            out.onCompleted();
        }
    }

    private static final class TokenReader implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            String token = headers.get(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER));
            return Contexts.interceptCall(Context.current().withValue(TOKEN, token), call, headers, next);
        }
    }
}
