package dev.tidemark.etcd.rpc;

import com.google.protobuf.ByteString;
import dev.tidemark.etcd.rpc.StatusTranslation.As;
import dev.tidemark.etcd.rpc.proto.AuthGrpc;
import dev.tidemark.etcd.rpc.proto.AuthStatusRequest;
import dev.tidemark.etcd.rpc.proto.AuthenticateRequest;
import dev.tidemark.etcd.rpc.proto.ClusterGrpc;
import dev.tidemark.etcd.rpc.proto.DeleteRangeRequest;
import dev.tidemark.etcd.rpc.proto.HashKVRequest;
import dev.tidemark.etcd.rpc.proto.HashKVResponse;
import dev.tidemark.etcd.rpc.proto.KVGrpc;
import dev.tidemark.etcd.rpc.proto.KeyValue;
import dev.tidemark.etcd.rpc.proto.LeaseGrpc;
import dev.tidemark.etcd.rpc.proto.LeaseLeasesRequest;
import dev.tidemark.etcd.rpc.proto.LeaseStatus;
import dev.tidemark.etcd.rpc.proto.LeaseTimeToLiveRequest;
import dev.tidemark.etcd.rpc.proto.LeaseTimeToLiveResponse;
import dev.tidemark.etcd.rpc.proto.MaintenanceGrpc;
import dev.tidemark.etcd.rpc.proto.MemberListRequest;
import dev.tidemark.etcd.rpc.proto.PutRequest;
import dev.tidemark.etcd.rpc.proto.RangeRequest;
import dev.tidemark.etcd.rpc.proto.SnapshotRequest;
import dev.tidemark.etcd.rpc.proto.SnapshotResponse;
import dev.tidemark.etcd.rpc.proto.StatusRequest;
import dev.tidemark.etcd.rpc.proto.StatusResponse;
import dev.tidemark.schemas.LeaseTtl;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The client over one gRPC channel. */
final class MemberClient implements EtcdClient {
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[1]);
    private static final long CLOSE_SECONDS = 2;

    private final ManagedChannel channel;
    private final EtcdSettings settings;
    private final Caller watcher;
    private final Caller admin;
    private final LongSupplier nanoTime;

    MemberClient(ManagedChannel channel, EtcdSettings settings, LongSupplier nanoTime) {
        this.channel = channel;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.watcher = caller(As.WATCH, settings.users().watch());
        // one user gets one token: its second authentication would be as slow as the first
        this.admin = settings.users().admin().equals(settings.users().watch())
                ? new Caller(watcher.user, watcher.token, new StatusTranslation(endpoint(), As.ADMIN))
                : caller(As.ADMIN, settings.users().admin());
    }

    /**
     * Whom a call is made as.
     *
     * @param user empty where no user is needed
     */
    private record Caller(Optional<EtcdCredentials> user, AuthToken token, StatusTranslation errors) {}

    private Caller caller(As as, Optional<EtcdCredentials> user) {
        StatusTranslation errors = new StatusTranslation(endpoint(), as);
        return new Caller(user, new AuthToken(() -> user.flatMap(known -> authenticate(known, errors))), errors);
    }

    static MemberClient open(EtcdSettings settings) {
        return new MemberClient(MemberChannel.build(settings), settings, System::nanoTime);
    }

    @Override
    public String endpoint() {
        return settings.endpoint().toString();
    }

    @Override
    public EtcdStatus status() {
        StatusResponse status =
                call(watcher, "the status", MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
        return status(status);
    }

    private static EtcdStatus status(StatusResponse status) {
        EtcdHeader header = EtcdHeader.of(status.getHeader());
        return new EtcdStatus(
                header,
                status.getVersion(),
                status.getLeader(),
                status.getDbSize(),
                status.getDbSizeInUse(),
                role(status, header));
    }

    private static EtcdStatus.Role role(StatusResponse status, EtcdHeader header) {
        if (status.getIsLearner()) {
            return EtcdStatus.Role.LEARNER;
        }
        return status.getLeader() == header.memberId() ? EtcdStatus.Role.LEADER : EtcdStatus.Role.FOLLOWER;
    }

    @Override
    public EtcdHeader linearizable() {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(FIRST_KEY).setCountOnly(true).build();
        return EtcdHeader.of(call(watcher, "a linearizable read", KVGrpc.getRangeMethod(), request)
                .getHeader());
    }

    @Override
    public boolean isCompacted(long revision) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(FIRST_KEY)
                .setCountOnly(true)
                .setSerializable(true)
                .setRevision(explicit(revision))
                .build();
        try {
            call(watcher, "a read at revision " + revision, KVGrpc.getRangeMethod(), request);
            return false;
        } catch (EtcdException.Compacted e) {
            return true;
        }
    }

    @Override
    public HashKvAnswer hashKv(long revision) {
        HashKVRequest request =
                HashKVRequest.newBuilder().setRevision(explicit(revision)).build();
        HashKVResponse answer = call(
                admin,
                "HashKV at revision " + revision,
                MaintenanceGrpc.getHashKVMethod(),
                request,
                settings.stallTimeout());
        return new HashKvAnswer(
                EtcdHeader.of(answer.getHeader()),
                revision,
                answer.getCompactRevision(),
                Integer.toUnsignedLong(answer.getHash()));
    }

    @Override
    public LeaseTtl leaseTtl(long leaseId) {
        LeaseTimeToLiveRequest request =
                LeaseTimeToLiveRequest.newBuilder().setID(leaseId).build();
        LeaseTimeToLiveResponse answer = call(
                watcher,
                "the TTL of lease " + Long.toHexString(leaseId),
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                request);
        return new LeaseTtl(leaseId, answer.getGrantedTTL() > 0 ? answer.getGrantedTTL() : LeaseTtl.UNKNOWN);
    }

    @Override
    public List<Long> leases() {
        return call(
                        watcher,
                        "the list of leases",
                        LeaseGrpc.getLeaseLeasesMethod(),
                        LeaseLeasesRequest.getDefaultInstance())
                .getLeasesList()
                .stream()
                .map(LeaseStatus::getID)
                .toList();
    }

    @Override
    public OptionalLong authRevision() {
        try {
            return OptionalLong.of(call(
                            admin,
                            "the state of auth",
                            AuthGrpc.getAuthStatusMethod(),
                            AuthStatusRequest.getDefaultInstance())
                    .getAuthRevision());
        } catch (EtcdException.Unavailable e) {
            if (e.reason() == EtcdException.Unavailable.Reason.UNKNOWN_CALL) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    @Override
    public List<EtcdMember> members() {
        MemberListRequest request =
                MemberListRequest.newBuilder().setLinearizable(true).build();
        return call(watcher, "the list of members", ClusterGrpc.getMemberListMethod(), request)
                .getMembersList()
                .stream()
                .map(member -> new EtcdMember(member.getID(), member.getName(), member.getClientURLsList()))
                .toList();
    }

    @Override
    public Optional<KeyState> get(byte[] key) {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(ByteString.copyFrom(key)).build();
        return call(watcher, "a read", KVGrpc.getRangeMethod(), request).getKvsList().stream()
                .findFirst()
                .map(MemberClient::state);
    }

    private static KeyState state(KeyValue kv) {
        return new KeyState(
                kv.getKey().toByteArray(),
                kv.getValue().toByteArray(),
                kv.getCreateRevision(),
                kv.getModRevision(),
                kv.getVersion(),
                kv.getLease());
    }

    @Override
    public long keys(long revision) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(FIRST_KEY)
                .setRangeEnd(FIRST_KEY)
                .setCountOnly(true)
                .setSerializable(true)
                .setRevision(explicit(revision))
                .build();
        return call(watcher, "the number of keys at revision " + revision, KVGrpc.getRangeMethod(), request)
                .getCount();
    }

    @Override
    public long put(byte[] key, byte[] value) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFrom(key))
                .setValue(ByteString.copyFrom(value))
                .build();
        return call(admin, "a put", KVGrpc.getPutMethod(), request).getHeader().getRevision();
    }

    @Override
    public long delete(byte[] key) {
        DeleteRangeRequest request =
                DeleteRangeRequest.newBuilder().setKey(ByteString.copyFrom(key)).build();
        return call(admin, "a delete", KVGrpc.getDeleteRangeMethod(), request)
                .getHeader()
                .getRevision();
    }

    @Override
    public SnapshotFile snapshotTo(Path file, Duration longest) {
        // a stream cannot be repeated like a call: this makes sure that its token is alive
        call(admin, "the status", MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
        PulledStream<SnapshotRequest, SnapshotResponse> stream = PulledStream.open(
                channel,
                MaintenanceGrpc.getSnapshotMethod(),
                headers(admin.token.current()),
                SnapshotRequest.getDefaultInstance(),
                CallOptions.DEFAULT,
                SnapshotDownload.WINDOW);
        stream.halfClose();
        return new SnapshotDownload(stream, admin.errors, endpoint(), settings.stallTimeout(), longest)
                .into(file, nanoTime);
    }

    @Override
    public EtcdWatch watch(long startRevision, EtcdWatch.Responses responses) {
        // replaces most dead tokens at once, and what a watch may be asked depends on the member's version
        String version = status().version();
        Optional<String> used = watcher.token.current();
        KeyspaceWatch.Context context = new KeyspaceWatch.Context(
                channel,
                headers(used),
                watcher.errors,
                endpoint(),
                settings.callTimeout(),
                () -> watcher.token.forget(used),
                KnownBug.mayAskForProgress(version),
                nanoTime);
        return new KeyspaceWatch(context, explicit(startRevision), responses);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private <Q, R> R call(Caller as, String what, MethodDescriptor<Q, R> method, Q request) {
        return call(as, what, method, request, settings.callTimeout());
    }

    /** A call with the token, once more with a new one if the token died. */
    private <Q, R> R call(Caller as, String what, MethodDescriptor<Q, R> method, Q request, Duration timeout) {
        Optional<String> used = as.token.current();
        try {
            return once(method, request, used, timeout);
        } catch (StatusRuntimeException e) {
            if (as.user.isEmpty() || !StatusTranslation.isTokenRefused(e.getStatus())) {
                throw as.errors.translate(what, e.getStatus());
            }
        }
        as.token.forget(used);
        try {
            return once(method, request, as.token.current(), timeout);
        } catch (StatusRuntimeException e) {
            throw as.errors.translate(what, e.getStatus());
        }
    }

    private <Q, R> R once(MethodDescriptor<Q, R> method, Q request, Optional<String> used, Duration timeout) {
        Channel with = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers(used)));
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return ClientCalls.blockingUnaryCall(with, method, options, request);
    }

    private Optional<String> authenticate(EtcdCredentials user, StatusTranslation errors) {
        AuthenticateRequest request = AuthenticateRequest.newBuilder()
                .setName(user.username())
                .setPassword(user.password())
                .build();
        try {
            return Optional.of(once(AuthGrpc.getAuthenticateMethod(), request, Optional.empty(), settings.callTimeout())
                    .getToken());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
                // auth is not enabled there: every call goes without a token until etcd asks for one
                return Optional.empty();
            }
            throw errors.translate("authentication of user " + user.username(), e.getStatus());
        }
    }

    private static Metadata headers(Optional<String> used) {
        Metadata headers = new Metadata();
        used.ifPresent(value -> headers.put(TOKEN, value));
        return headers;
    }

    private static long explicit(long revision) {
        if (revision < 1) {
            throw new IllegalArgumentException("a revision is at least 1, not " + revision);
        }
        return revision;
    }
}
