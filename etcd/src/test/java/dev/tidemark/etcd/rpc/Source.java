package dev.tidemark.etcd.rpc;

import com.google.protobuf.ByteString;
import dev.tidemark.etcd.rpc.proto.CompactionRequest;
import dev.tidemark.etcd.rpc.proto.DeleteRangeRequest;
import dev.tidemark.etcd.rpc.proto.KVGrpc;
import dev.tidemark.etcd.rpc.proto.LeaseGrantRequest;
import dev.tidemark.etcd.rpc.proto.LeaseGrpc;
import dev.tidemark.etcd.rpc.proto.PutRequest;
import dev.tidemark.etcd.rpc.proto.RequestOp;
import dev.tidemark.etcd.rpc.proto.TxnRequest;
import io.grpc.ManagedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** Writes to an etcd under test, over a channel of its own. */
final class Source implements AutoCloseable {
    private final ManagedChannel channel;
    private final KVGrpc.KVBlockingStub kv;
    private final LeaseGrpc.LeaseBlockingStub leases;

    Source(String endpoint) {
        channel = MemberChannel.build(EtcdSettings.of(endpoint));
        kv = KVGrpc.newBlockingStub(channel);
        leases = LeaseGrpc.newBlockingStub(channel);
    }

    long put(String key, String value) {
        return put(key, value.getBytes(StandardCharsets.UTF_8), 0);
    }

    long put(String key, byte[] value, long lease) {
        return kv.put(putRequest(key, value, lease)).getHeader().getRevision();
    }

    /** Deletes {@code [from, to)}. */
    long deleteRange(String from, String to) {
        return kv.deleteRange(range(from, to)).getHeader().getRevision();
    }

    long transaction(List<RequestOp> operations) {
        return kv.txn(TxnRequest.newBuilder().addAllSuccess(operations).build())
                .getHeader()
                .getRevision();
    }

    /** {@code count} puts of {@code prefix}00000… in one revision. */
    long putMany(String prefix, int count) {
        return transaction(IntStream.range(0, count)
                .mapToObj(i -> putOp("%s%05d".formatted(prefix, i), "v" + i))
                .toList());
    }

    long grant(long seconds) {
        return leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(seconds).build())
                .getID();
    }

    void compact(long revision) {
        kv.compact(CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build());
    }

    static RequestOp putOp(String key, String value) {
        return RequestOp.newBuilder()
                .setRequestPut(putRequest(key, value.getBytes(StandardCharsets.UTF_8), 0))
                .build();
    }

    static RequestOp deleteOp(String key) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
                .build();
    }

    /** A transaction inside a transaction: only so may one revision name a key twice. */
    static RequestOp nested(RequestOp operation) {
        return RequestOp.newBuilder()
                .setRequestTxn(TxnRequest.newBuilder().addSuccess(operation))
                .build();
    }

    private static PutRequest putRequest(String key, byte[] value, long lease) {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFrom(value))
                .setLease(lease)
                .build();
    }

    private static DeleteRangeRequest range(String from, String to) {
        return DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(from))
                .setRangeEnd(ByteString.copyFromUtf8(to))
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
