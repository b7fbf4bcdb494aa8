package dev.tidemark.etcd.file;

import com.google.protobuf.ByteString;
import dev.tidemark.etcd.rpc.proto.CompactionRequest;
import dev.tidemark.etcd.rpc.proto.DeleteRangeRequest;
import dev.tidemark.etcd.rpc.proto.HashKVRequest;
import dev.tidemark.etcd.rpc.proto.HashKVResponse;
import dev.tidemark.etcd.rpc.proto.KVGrpc;
import dev.tidemark.etcd.rpc.proto.KeyValue;
import dev.tidemark.etcd.rpc.proto.LeaseGrantRequest;
import dev.tidemark.etcd.rpc.proto.LeaseGrpc;
import dev.tidemark.etcd.rpc.proto.MaintenanceGrpc;
import dev.tidemark.etcd.rpc.proto.PutRequest;
import dev.tidemark.etcd.rpc.proto.RangeRequest;
import dev.tidemark.etcd.rpc.proto.RangeResponse;
import dev.tidemark.etcd.rpc.proto.RequestOp;
import dev.tidemark.etcd.rpc.proto.TxnRequest;
import dev.tidemark.sandbox.EtcdServer;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Plain calls to one etcd. */
final class EtcdCalls implements AutoCloseable {
    private static final ByteString FIRST = ByteString.copyFrom(new byte[] {0});
    private static final int PAGE = 500;

    private final ManagedChannel channel;
    private final KVGrpc.KVBlockingStub kv;
    private final LeaseGrpc.LeaseBlockingStub lease;
    private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;

    EtcdCalls(EtcdServer server) {
        URI uri = URI.create(server.endpoint());
        channel = Grpc.newChannelBuilderForAddress(uri.getHost(), uri.getPort(), InsecureChannelCredentials.create())
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        kv = KVGrpc.newBlockingStub(channel);
        lease = LeaseGrpc.newBlockingStub(channel);
        maintenance = MaintenanceGrpc.newBlockingStub(channel);
    }

    long put(byte[] key, byte[] value, long leaseId) {
        return kv.put(putRequest(key, value, leaseId)).getHeader().getRevision();
    }

    void putKeepingLease(byte[] key, byte[] value) {
        kv.put(PutRequest.newBuilder()
                .setKey(ByteString.copyFrom(key))
                .setValue(ByteString.copyFrom(value))
                .setIgnoreLease(true)
                .build());
    }

    long delete(byte[] key, byte[] end) {
        return kv.deleteRange(deleteRequest(key, end)).getHeader().getRevision();
    }

    long txn(List<RequestOp> operations) {
        return kv.txn(TxnRequest.newBuilder().addAllSuccess(operations).build())
                .getHeader()
                .getRevision();
    }

    void compact(long revision) {
        kv.compact(CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build());
    }

    void grant(long id, long ttl) {
        lease.leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
    }

    HashKVResponse hashKv(long revision) {
        return maintenance.hashKV(
                HashKVRequest.newBuilder().setRevision(revision).build());
    }

    long revision() {
        return kv.range(RangeRequest.newBuilder()
                        .setKey(FIRST)
                        .setCountOnly(true)
                        .build())
                .getHeader()
                .getRevision();
    }

    /** All keys in key order. */
    List<KeyValue> all() {
        List<KeyValue> all = new ArrayList<>();
        ByteString next = FIRST;
        RangeResponse page;
        do {
            page = kv.range(RangeRequest.newBuilder()
                    .setKey(next)
                    .setRangeEnd(FIRST)
                    .setLimit(PAGE)
                    .build());
            all.addAll(page.getKvsList());
            if (page.getKvsCount() > 0) {
                next = page.getKvs(page.getKvsCount() - 1).getKey().concat(FIRST);
            }
        } while (page.getMore());
        return all;
    }

    static RequestOp put(byte[] key, byte[] value) {
        return RequestOp.newBuilder().setRequestPut(putRequest(key, value, 0)).build();
    }

    static RequestOp delete(byte[] key) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(deleteRequest(key, new byte[0]))
                .build();
    }

    static RequestOp nested(RequestOp... operations) {
        return RequestOp.newBuilder()
                .setRequestTxn(TxnRequest.newBuilder()
                        .addAllSuccess(Stream.of(operations).toList()))
                .build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private static PutRequest putRequest(byte[] key, byte[] value, long leaseId) {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFrom(key))
                .setValue(ByteString.copyFrom(value))
                .setLease(leaseId)
                .build();
    }

    private static DeleteRangeRequest deleteRequest(byte[] key, byte[] end) {
        return DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFrom(key))
                .setRangeEnd(ByteString.copyFrom(end))
                .build();
    }
}
