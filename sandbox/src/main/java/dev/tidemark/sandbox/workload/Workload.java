package dev.tidemark.sandbox.workload;

import dev.tidemark.sandbox.SandboxException;
import dev.tidemark.schemas.Failure;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of an etcd, and the {@link Oracle} of everything that it writes. Random writes come in runs by a {@link
 * Plan}; single ones may be made between the runs. A write whose outcome stays unknown ends the workload with an error,
 * so etcd must stay up, unless the workload was told to {@link #enduring endure} that. Not thread-safe.
 */
public final class Workload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workload.class);
    private static final ByteSequence EVERYTHING = ByteSequence.from(new byte[] {0});
    static final Duration ANSWER = Duration.ofSeconds(60);

    private final List<String> endpoints;
    private final Outcomes outcomes;
    private final EtcdClient client;
    private final Oracle oracle;
    private long compacted;

    /** What becomes of writes in a run that get no answer. */
    enum Outcomes {
        /** There must be none. */
        CERTAIN,
        /** They are settled by what etcd says later of its changes at that time. */
        UNCERTAIN;

        /** The answer to a question that may be asked again. */
        <T> T await(Supplier<CompletableFuture<T>> question) {
            long deadline = System.nanoTime() + ANSWER.toNanos();
            while (true) {
                try {
                    return Workload.await(question.get());
                } catch (SandboxException e) {
                    if (this == CERTAIN || System.nanoTime() - deadline > 0) {
                        throw e;
                    }
                    Run.pause(TimeUnit.MILLISECONDS.toNanos(200));
                }
            }
        }
    }

    private Workload(List<String> endpoints, Outcomes outcomes, EtcdClient client, Oracle oracle) {
        this.endpoints = endpoints;
        this.outcomes = outcomes;
        this.client = client;
        this.oracle = oracle;
    }

    /** Begins with the present state of the etcd at this endpoint, for which the oracle has to trust etcd. */
    public static Workload on(String endpoint) {
        return begin(List.of(endpoint), Outcomes.CERTAIN);
    }

    /**
     * As {@link #on}, but runs go on while members of the cluster die, are cut off or elect. What became of a write
     * without an answer is read from etcd's history after the run, which must not have compacted that far.
     */
    public static Workload enduring(List<String> endpoints) {
        return begin(endpoints, Outcomes.UNCERTAIN);
    }

    private static Workload begin(List<String> endpoints, Outcomes outcomes) {
        EtcdClient client = new EtcdClient(endpoints);
        GetOption all = GetOption.builder().withRange(EVERYTHING).build();
        GetResponse present = await(client.kv().get(EVERYTHING, all));
        Oracle oracle = new Oracle(present.getHeader().getRevision(), state(present));
        return new Workload(endpoints, outcomes, client, oracle);
    }

    private static NavigableMap<byte[], KeyState> state(GetResponse response) {
        NavigableMap<byte[], KeyState> state = new TreeMap<>(Arrays::compareUnsigned);
        response.getKvs()
                .forEach(kv -> state.put(
                        kv.getKey().getBytes(),
                        new KeyState(
                                kv.getValue().getBytes(),
                                kv.getCreateRevision(),
                                kv.getModRevision(),
                                kv.getVersion(),
                                kv.getLease())));
        return state;
    }

    /** Makes random writes as planned, and returns when all are answered and the oracle knows them. */
    public void run(Plan plan) {
        run(plan, () -> false);
    }

    /** As {@link #run(Plan)}, but ends before the plan does once that is enough; any thread may ask the supplier. */
    public void run(Plan plan, BooleanSupplier isEnough) {
        LOG.info("workload on {}: {}", String.join(", ", endpoints), plan);
        Run run = new Run(plan, isEnough, oracle, outcomes, oracle.lastRevision(), compacted);
        List<EtcdClient> clients = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(plan.clients() + 1);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < plan.clients(); i++) {
                EtcdClient own = new EtcdClient(endpoints);
                clients.add(own);
                int number = i;
                all.add(threads.submit(() -> run.write(number, own)));
            }
            all.add(threads.submit(() -> run.letLeasesExpire(client)));
            all.forEach(Workload::join);
        } finally {
            threads.shutdownNow();
            clients.forEach(EtcdClient::close);
        }
        compacted = Math.max(compacted, run.compacted());
        settle();
    }

    /** Makes one write and returns the revision in etcd's answer. */
    public long write(Request request) {
        Acknowledgement acknowledgement = await(client.send(request));
        oracle.record(acknowledgement);
        settle();
        return acknowledgement.revision();
    }

    /** Grants a lease that only {@link Request.Revoke} ends while the workload lasts; returns its id. */
    public long grant(Duration timeToLive) {
        return await(client.grant(timeToLive.toSeconds()));
    }

    /** Grants a lease as {@link #grant}, under an id that does not live now: one that has come to its end may return. */
    public void grant(long id, Duration timeToLive) {
        client.revive(id, timeToLive.toSeconds());
    }

    /**
     * Lets a lease with these keys run out: grants it under this id, puts the keys, and returns the revision that its
     * end has made, after waiting for that.
     */
    public long expire(long id, Duration timeToLive, List<Request.Put> puts) {
        grant(id, timeToLive);
        oracle.expect(id);
        puts.forEach(put -> oracle.record(await(client.send(put))));
        while (!await(client.isGone(id))) {
            Run.pause(TimeUnit.MILLISECONDS.toNanos(100));
        }
        settle();
        return oracle.lastRevision();
    }

    /** Compacts etcd's history up to the revision. */
    public void compact(long revision) {
        await(client.kv().compact(revision));
        compacted = revision;
    }

    private void settle() {
        long last = outcomes.await(client::revision);
        if (outcomes == Outcomes.CERTAIN) {
            oracle.settle(last);
        } else {
            oracle.settle(last, revision -> outcomes.await(() -> client.changesOf(revision)));
            LOG.info("{} writes got no answer", oracle.inDoubt());
        }
    }

    /** The oracle; it lives on with the next writes. */
    public Oracle oracle() {
        return oracle;
    }

    /** The last revision to which this workload has compacted etcd; 0 if it hasn't. */
    public long compactedRevision() {
        return compacted;
    }

    private static void join(Future<?> future) {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        }
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(ANSWER.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } catch (TimeoutException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        }
    }

    static SandboxException failed(Throwable cause) {
        if (cause instanceof SandboxException known) {
            return known;
        }
        return new SandboxException(
                Failure.UNAVAILABLE,
                "the workload got no answer that it can count on: " + cause,
                "etcd must stay up, and take the largest transactions and values, while a workload runs",
                cause);
    }

    @Override
    public void close() {
        client.close();
    }
}
