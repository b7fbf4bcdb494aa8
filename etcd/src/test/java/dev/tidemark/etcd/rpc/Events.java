package dev.tidemark.etcd.rpc;

import com.google.protobuf.ByteString;
import dev.tidemark.etcd.rpc.proto.Event;
import dev.tidemark.etcd.rpc.proto.KeyValue;
import dev.tidemark.etcd.rpc.proto.ResponseHeader;
import dev.tidemark.etcd.rpc.proto.WatchResponse;
import java.util.Arrays;
import java.util.stream.LongStream;

/** What a member's watch sends. */
final class Events {
    private Events() {}

    static Event put(long main, String key) {
        return Event.newBuilder()
                .setKv(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8("value"))
                        .setCreateRevision(main)
                        .setModRevision(main)
                        .setVersion(1))
                .build();
    }

    static Event delete(long main, String key) {
        return Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setModRevision(main))
                .build();
    }

    static WatchResponse created() {
        return header(100).setCreated(true).build();
    }

    static WatchResponse progress(long revision) {
        return header(revision).build();
    }

    /** An answer to a request for progress. */
    static WatchResponse onRequest(long revision) {
        return header(revision).setWatchId(-1).build();
    }

    static WatchResponse response(Event... events) {
        return header(100).addAllEvents(Arrays.asList(events)).build();
    }

    /** One put in each of the revisions. */
    static WatchResponse puts(long... mains) {
        return header(100)
                .addAllEvents(LongStream.of(mains).mapToObj(m -> put(m, "key")).toList())
                .build();
    }

    static WatchResponse fragment(Event... events) {
        return response(events).toBuilder().setFragment(true).build();
    }

    /** How a member refuses a watch: created and canceled at once, with no id and without a gRPC status. */
    static WatchResponse refusal(String reason) {
        return header(100)
                .setCreated(true)
                .setCanceled(true)
                .setWatchId(-1)
                .setCancelReason(reason)
                .build();
    }

    static WatchResponse compaction(long compactRevision) {
        return WatchResponse.newBuilder()
                .setCanceled(true)
                .setCompactRevision(compactRevision)
                .build();
    }

    private static WatchResponse.Builder header(long revision) {
        return WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder()
                        .setClusterId(7)
                        .setMemberId(8)
                        .setRaftTerm(9)
                        .setRevision(revision));
    }
}
