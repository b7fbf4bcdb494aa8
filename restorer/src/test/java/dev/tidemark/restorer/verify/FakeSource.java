package dev.tidemark.restorer.verify;

import dev.tidemark.etcd.rpc.proto.HashKVRequest;
import dev.tidemark.etcd.rpc.proto.HashKVResponse;
import dev.tidemark.etcd.rpc.proto.MaintenanceGrpc;
import dev.tidemark.etcd.rpc.proto.ResponseHeader;
import dev.tidemark.etcd.rpc.proto.StatusRequest;
import dev.tidemark.etcd.rpc.proto.StatusResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A follower of a source that is asked for its status and for hashes, and answers as it is told to. */
final class FakeSource implements AutoCloseable {
    private final AtomicInteger questions = new AtomicInteger();
    private final Server server;
    private final Runnable asked;
    private final Optional<Status> failure;

    /**
     * @param asked is run when it is asked for its status
     * @param failure with what it answers a question for a hash; empty: with a hash that no archive has
     */
    FakeSource(Runnable asked, Optional<Status> failure) throws IOException {
        this.asked = asked;
        this.failure = failure;
        this.server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new Maintenance())
                .build()
                .start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getPort();
    }

    /** How often it was asked for a hash. */
    int questions() {
        return questions.get();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {
        private ResponseHeader header() {
            return ResponseHeader.newBuilder()
                    .setClusterId(7)
                    .setMemberId(1)
                    .setRevision(1_000)
                    .build();
        }

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
            asked.run();
            out.onNext(StatusResponse.newBuilder()
                    .setHeader(header())
                    .setVersion("3.6.16")
                    .setLeader(2)
                    .build());
            out.onCompleted();
        }

        @Override
        public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> out) {
            questions.incrementAndGet();
            if (failure.isPresent()) {
                out.onError(failure.get().asRuntimeException());
                return;
            }
            out.onNext(HashKVResponse.newBuilder()
                    .setHeader(header())
                    .setHash(12_345)
                    .setCompactRevision(20)
                    .setHashRevision(request.getRevision())
                    .build());
            out.onCompleted();
        }
    }
}
