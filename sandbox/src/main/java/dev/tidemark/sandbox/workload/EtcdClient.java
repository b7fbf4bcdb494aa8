package dev.tidemark.sandbox.workload;

import dev.tidemark.sandbox.workload.Acknowledgement.Effect;
import dev.tidemark.schemas.Change;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.DeleteResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One connection to etcd: sends requests of the workload as they are, none twice. Thread-safe. */
final class EtcdClient implements AutoCloseable {
    /** A whole keyspace in one answer; the default is 4 MiB, three of the largest values. */
    private static final int MOST_BYTES = 1 << 30;

    private static final int ANSWER_SECONDS = 20;

    private static final ByteSequence NO_KEY = ByteSequence.from(new byte[] {0});

    private final String endpoint;
    private final Client client;
    private final KV kv;
    private final Lease lease;

    EtcdClient(List<String> endpoints) {
        this.endpoint = endpoints.get(0);
        this.client = Client.builder()
                .endpoints(endpoints.toArray(String[]::new))
                .maxInboundMessageSize(MOST_BYTES)
                .build();
        this.kv = client.getKVClient();
        this.lease = client.getLeaseClient();
    }

    KV kv() {
        return kv;
    }

    CompletableFuture<Acknowledgement> send(Request request) {
        if (request instanceof Request.Put put) {
            return kv.put(bytes(put.key()), bytes(put.value()), options(put))
                    .thenApply(r -> new Acknowledgement(put, r.getHeader().getRevision(), Effect.WROTE));
        }
        if (request instanceof Request.DeleteRange range) {
            return kv.delete(bytes(range.from()), options(range))
                    .thenApply(r -> new Acknowledgement(range, r.getHeader().getRevision(), effect(hasDeleted(r))));
        }
        if (request instanceof Request.Transaction transaction) {
            return commit(transaction)
                    .thenApply(
                            r -> new Acknowledgement(transaction, r.getHeader().getRevision(), effect(hasWritten(r))));
        }
        Request.Revoke revoke = (Request.Revoke) request;
        return lease.revoke(revoke.lease())
                .thenApply(r -> new Acknowledgement(revoke, r.getHeader().getRevision(), Effect.UNSAID));
    }

    CompletableFuture<Long> grant(long seconds) {
        return lease.grant(seconds).thenApply(granted -> granted.getID());
    }

    /** Grants a lease under an id that is not in use now, but may have been. */
    void revive(long id, long seconds) {
        LeaseGateway.grant(endpoint, id, seconds);
    }

    /** Whether the lease is gone, and its keys with it; one that has run out but still stands is not. */
    CompletableFuture<Boolean> isGone(long id) {
        return lease.timeToLive(id, LeaseOption.DEFAULT).thenApply(answer -> answer.getGrantedTTL() == 0);
    }

    /** etcd's revision now, read through the quorum. */
    CompletableFuture<Long> revision() {
        return kv.get(NO_KEY).thenApply(answer -> answer.getHeader().getRevision());
    }

    /** The changes of one revision, which must exist and must not be compacted, without capture times. */
    CompletableFuture<List<Change>> changesOf(long revision) {
        CompletableFuture<List<Change>> first = new CompletableFuture<>();
        WatchOption from =
                WatchOption.builder().withRange(NO_KEY).withRevision(revision).build();
        Watch.Watcher watcher = client.getWatchClient()
                .watch(NO_KEY, from, seen -> first.complete(changes(seen, revision)), first::completeExceptionally);
        return first.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).whenComplete((changes, error) -> watcher.close());
    }

    private static List<Change> changes(WatchResponse seen, long revision) {
        List<Change> changes = new ArrayList<>();
        for (WatchEvent event : seen.getEvents()) {
            KeyValue now = event.getKeyValue();
            if (now.getModRevision() != revision) {
                break;
            }
            byte[] key = now.getKey().getBytes();
            changes.add(
                    event.getEventType() == WatchEvent.EventType.DELETE
                            ? Change.delete(revision, changes.size(), key, 0, 0)
                            : Change.put(
                                    revision,
                                    changes.size(),
                                    key,
                                    now.getValue().getBytes(),
                                    now.getCreateRevision(),
                                    now.getVersion(),
                                    now.getLease(),
                                    0,
                                    0));
        }
        return changes;
    }

    private CompletableFuture<TxnResponse> commit(Request.Transaction transaction) {
        Txn txn = kv.txn();
        if (transaction.ifAbsent().length > 0) {
            txn = txn.If(conditions(transaction));
        }
        return txn.Then(operations(transaction.then()))
                .Else(operations(transaction.otherwise()))
                .commit();
    }

    private static Cmp[] conditions(Request.Transaction transaction) {
        return transaction.ifAbsent().length == 0
                ? new Cmp[0]
                : new Cmp[] {new Cmp(bytes(transaction.ifAbsent()), Cmp.Op.EQUAL, CmpTarget.version(0))};
    }

    private static Op[] operations(List<Request.Operation> operations) {
        return operations.stream().map(EtcdClient::operation).toArray(Op[]::new);
    }

    private static Op operation(Request.Operation operation) {
        if (operation instanceof Request.Put put) {
            return Op.put(bytes(put.key()), bytes(put.value()), options(put));
        }
        if (operation instanceof Request.DeleteRange range) {
            return Op.delete(bytes(range.from()), options(range));
        }
        Request.Transaction nested = (Request.Transaction) operation;
        return Op.txn(conditions(nested), operations(nested.then()), operations(nested.otherwise()));
    }

    private static PutOption options(Request.Put put) {
        return PutOption.builder().withLeaseId(put.lease()).build();
    }

    private static DeleteOption options(Request.DeleteRange range) {
        return range.to().length == 0
                ? DeleteOption.DEFAULT
                : DeleteOption.builder().withRange(bytes(range.to())).build();
    }

    private static Effect effect(boolean wrote) {
        return wrote ? Effect.WROTE : Effect.NOTHING;
    }

    private static boolean hasWritten(TxnResponse response) {
        return !response.getPutResponses().isEmpty()
                || response.getDeleteResponses().stream().anyMatch(EtcdClient::hasDeleted)
                || response.getTxnResponses().stream().anyMatch(EtcdClient::hasWritten);
    }

    private static boolean hasDeleted(DeleteResponse response) {
        return response.getDeleted() > 0;
    }

    private static ByteSequence bytes(byte[] bytes) {
        return ByteSequence.from(bytes);
    }

    @Override
    public void close() {
        client.close();
    }
}
