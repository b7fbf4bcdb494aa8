package dev.tidemark.sandbox.workload;

import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** One run of a workload: what its clients share. Thread-safe. */
final class Run {
    private static final long LONG_LEASE_SECONDS = 86_400;
    private static final long SHORT_LEASE_SECONDS = 2;
    private static final int KEYS_OF_A_SHORT_LEASE = 5;
    private static final int WRITES_PER_GRANT = 300;
    private static final int UNCERTAIN_SECONDS = 20;

    private final Plan plan;
    private final BooleanSupplier isEnough;
    private final Oracle oracle;
    private final long lastWanted;
    private final long deadline;
    private final AtomicLong highest;
    private final AtomicLong nextSlot = new AtomicLong(System.nanoTime());
    private final AtomicLong compacted;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    /** Whether a request has failed since the last one was sent. */
    private final AtomicBoolean isShaken = new AtomicBoolean();

    private final Leases leases = new Leases();
    private final Workload.Outcomes outcomes;

    /** A run that ends as planned, or before that once it is enough. */
    Run(Plan plan, BooleanSupplier isEnough, Oracle oracle, Workload.Outcomes outcomes, long from, long compacted) {
        this.plan = plan;
        this.isEnough = isEnough;
        this.outcomes = outcomes;
        this.oracle = oracle;
        this.lastWanted = from + plan.revisions();
        this.highest = new AtomicLong(from);
        this.compacted = new AtomicLong(compacted);
        this.deadline = System.nanoTime() + plan.time().toNanos();
    }

    /** Writes as the client of this number until the run's end, and waits for all its answers. */
    void write(int number, EtcdClient client) {
        Random random = new Random(plan.seed() * 31 + number);
        Generator generator = new Generator(random, leases, plan.valueBytes());
        Semaphore inFlight = new Semaphore(plan.inFlight());
        for (long i = 0; isOn(); i++) {
            awaitSlot();
            if (i % WRITES_PER_GRANT == 0) {
                track(inFlight, client.grant(LONG_LEASE_SECONDS).thenAccept(leases::add));
            }
            send(inFlight, client, generator.next());
            if (number == 0) {
                compactNowAndThen(inFlight, client);
            }
        }
        acquire(inFlight, plan.inFlight());
        throwFailure();
    }

    /** Grants short leases one after another, each with a few keys, and waits until each is gone with them. */
    void letLeasesExpire(EtcdClient client) {
        Random random = new Random(plan.seed() * 31 - 1);
        Generator generator = new Generator(random, leases, plan.valueBytes());
        Optional<Long> former = Optional.empty();
        do {
            long lease = shortLease(client, former);
            former = former.isEmpty() && plan.leaseIds() == Plan.LeaseIds.REVIVED
                    ? Optional.of(lease)
                    : Optional.empty();
            oracle.expect(lease);
            Semaphore inFlight = new Semaphore(KEYS_OF_A_SHORT_LEASE);
            for (int i = 0; i < KEYS_OF_A_SHORT_LEASE; i++) {
                Request put = new Request.Put(generator.key(), generator.value(), lease);
                send(inFlight, client, put);
            }
            acquire(inFlight, KEYS_OF_A_SHORT_LEASE);
            while (!outcomes.await(() -> client.isGone(lease))) {
                pause(TimeUnit.MILLISECONDS.toNanos(100));
            }
        } while (isOn());
        throwFailure();
    }

    private long shortLease(EtcdClient client, Optional<Long> former) {
        if (former.isPresent()) {
            client.revive(former.get(), SHORT_LEASE_SECONDS + 1);
            return former.get();
        }
        return outcomes.await(() -> client.grant(SHORT_LEASE_SECONDS));
    }

    /** The last revision to which this run, or one before it, has compacted etcd; 0 if none has. */
    long compacted() {
        return compacted.get();
    }

    private boolean isOn() {
        return highest.get() < lastWanted
                && failure.get() == null
                && System.nanoTime() - deadline < 0
                && !isEnough.getAsBoolean();
    }

    private void acknowledged(Acknowledgement acknowledgement) {
        oracle.record(acknowledgement);
        highest.accumulateAndGet(acknowledgement.revision(), Math::max);
    }

    private void compactNowAndThen(Semaphore inFlight, EtcdClient client) {
        long target = highest.get() - plan.compactionLag();
        if (plan.compactionLag() > 0 && target >= compacted.get() + plan.compactionLag()) {
            compacted.set(target);
            track(inFlight, client.kv().compact(target));
        }
    }

    private void send(Semaphore inFlight, EtcdClient client, Request request) {
        if (isShaken.getAndSet(false)) {
            pause(TimeUnit.MILLISECONDS.toNanos(100));
        }
        CompletableFuture<Void> answer = client.send(request).thenAccept(this::acknowledged);
        if (outcomes == Workload.Outcomes.CERTAIN) {
            track(inFlight, answer);
            return;
        }
        track(inFlight, answer.orTimeout(UNCERTAIN_SECONDS, TimeUnit.SECONDS).exceptionally(error -> {
            if (request instanceof Request.Revoke || !isRefused(error)) {
                // a revocation whose answer was lost is asked for again by the client, and then refused
                oracle.doubt(request);
                isShaken.set(true);
            }
            return null;
        }));
    }

    // The semaphore stands for the answer: nobody gets all its permits before every answer has come.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void track(Semaphore inFlight, CompletableFuture<?> answer) {
        acquire(inFlight, 1);
        answer.whenComplete((done, error) -> {
            if (error != null && !isRefused(error) && outcomes == Workload.Outcomes.CERTAIN) {
                failure.compareAndSet(null, error);
            }
            inFlight.release();
        });
    }

    /** Waits for answers, but neither after a failure nor for ever: an etcd that went away may leave them out. */
    private void acquire(Semaphore inFlight, int permits) {
        long deadline = System.nanoTime() + Workload.ANSWER.toNanos();
        try {
            while (!inFlight.tryAcquire(permits, 100, TimeUnit.MILLISECONDS)) {
                throwFailure();
                if (System.nanoTime() - deadline > 0) {
                    throw Workload.failed(new TimeoutException("none within " + Workload.ANSWER.toSeconds() + " s"));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Workload.failed(e);
        }
    }

    /** A lease may be revoked before a put that names it arrives: etcd then refuses the whole request beforehand. */
    private static boolean isRefused(Throwable error) {
        return Stream.iterate(error, Objects::nonNull, Throwable::getCause)
                .anyMatch(cause -> String.valueOf(cause.getMessage()).contains("requested lease not found"));
    }

    private void awaitSlot() {
        if (plan.revisionsPerSecond() > 0) {
            long slot = nextSlot.getAndAdd(TimeUnit.SECONDS.toNanos(1) / plan.revisionsPerSecond());
            pause(slot - System.nanoTime());
        }
    }

    static void pause(long nanos) {
        if (nanos > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Workload.failed(e);
            }
        }
    }

    private void throwFailure() {
        if (failure.get() != null) {
            throw Workload.failed(failure.get());
        }
    }
}
