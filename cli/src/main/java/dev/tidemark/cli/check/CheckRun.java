package dev.tidemark.cli.check;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.restorer.Sources;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs all checks: the dependencies side by side, then the probe. Never hangs: what gives no answer in its time is a
 * finding, and its thread is left behind.
 */
public final class CheckRun {
    private static final Duration DEPENDENCIES = Duration.ofSeconds(14);
    private static final Duration PROBE = Duration.ofSeconds(14);

    private final Installation installation;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "tidemark-check");
        thread.setDaemon(true);
        return thread;
    });

    /** Whether the source may be written. */
    public enum Access {
        /** The probe key is written and followed. */
        WRITE,
        /** Nothing is written to the source. */
        READ_ONLY
    }

    /**
     * What is checked.
     *
     * @param source the source's members
     * @param capture as capture would run, with a spool of its own
     * @param store opens the archive's store as who only reads does
     * @param expirations the store's own rules that would delete from the archive; empty if they cannot be read
     * @param sealing whether the keys are the right ones
     * @param sources where the past is read from a store
     */
    public record Installation(
            List<EtcdSettings> source,
            CaptureSettings capture,
            Supplier<ObjectStore> store,
            Supplier<Optional<List<String>>> expirations,
            SealingCheck sealing,
            Function<ObjectStore, Sources> sources) {}

    public CheckRun(Installation installation) {
        this.installation = installation;
    }

    /**
     * Checks everything.
     *
     * @param key the probe's key
     * @param attempt a name that nobody used before: the probe's value and the place of its objects
     */
    public List<Finding> run(Access access, String key, String attempt, Clock clock) {
        try {
            List<Finding> found = new ArrayList<>(dependencies(attempt));
            ProbeChecks probe = new ProbeChecks(installation.capture(), key, attempt, clock);
            boolean usable = found.stream().allMatch(Finding::isOk);
            if (!usable) {
                found.add(Finding.skip("probe", "something it needs has failed"));
            } else if (access == Access.READ_ONLY) {
                found.addAll(within(PROBE, List.of(probe::listen)));
            } else {
                found.addAll(probe(probe));
            }
            return found;
        } finally {
            threads.shutdownNow();
        }
    }

    private List<Finding> dependencies(String attempt) {
        EtcdChecks etcd = new EtcdChecks(installation.source());
        List<Consumer<Findings>> lanes = new ArrayList<>();
        etcd.members().forEach(member -> lanes.add(findings -> etcd.endpoint(findings, member)));
        lanes.add(etcd::cluster);
        lanes.add(new KafkaChecks(installation.capture())::run);
        lanes.add(new StoreChecks(
                installation.store(), installation.expirations(), installation.sealing(), attempt, threads)::run);
        List<Finding> found = new ArrayList<>(within(DEPENDENCIES, lanes));
        Findings agreed = new Findings();
        etcd.oneCluster(agreed);
        found.addAll(etcd.members().size(), agreed.cutOff(""));
        return found;
    }

    private List<Finding> probe(ProbeChecks probe) {
        Findings passed = new Findings();
        Optional<Long>[] revision = holder();
        List<Finding> found = new ArrayList<>(within(PROBE, List.of(findings -> {
            revision[0] = probe.write(findings, this::anyMember);
            revision[0].ifPresent(written -> probe.inTopic(findings, written));
        })));
        boolean inTopic = revision[0].isPresent() && found.stream().allMatch(Finding::isOk) && found.size() == 2;
        if (inTopic) {
            Duration patience =
                    installation.capture().checkpointInterval().multipliedBy(2).plus(PROBE);
            found.addAll(within(patience, List.of(findings -> archived(findings, probe, revision[0].orElseThrow()))));
        } else {
            passed.skip("it is not in the topic", "probe in archive", "probe restorable");
            found.addAll(passed.cutOff(""));
        }
        return found;
    }

    private void archived(Findings findings, ProbeChecks probe, long revision) {
        try (ObjectStore store = installation.store().get()) {
            ClusterArchive archive =
                    new ClusterArchive(store, installation.capture().cluster());
            probe.inArchive(findings, revision, archive, installation.sources().apply(store));
        }
    }

    private EtcdClient anyMember() {
        RuntimeException last = null;
        for (EtcdSettings member : installation.source()) {
            EtcdClient client = EtcdClient.open(member);
            try {
                client.linearizable();
                return client;
            } catch (RuntimeException e) {
                client.close();
                last = e;
            }
        }
        throw last;
    }

    /** Runs checks side by side, each lane in its order, and gives what they found within the time, in the lanes' order. */
    private List<Finding> within(Duration patience, List<Consumer<Findings>> lanes) {
        List<Findings> all = lanes.stream().map(lane -> new Findings()).toList();
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int i = 0; i < lanes.size(); i++) {
            Consumer<Findings> lane = lanes.get(i);
            Findings findings = all.get(i);
            running.add(CompletableFuture.runAsync(() -> lane.accept(findings), threads));
        }
        try {
            CompletableFuture.allOf(running.toArray(CompletableFuture[]::new))
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // what is still running is cut off below
            return cutOff(all, patience);
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return cutOff(all, patience);
    }

    private static List<Finding> cutOff(List<Findings> all, Duration patience) {
        return all.stream()
                .flatMap(findings -> findings.cutOff(patience.toSeconds() + " s").stream())
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static Optional<Long>[] holder() {
        return (Optional<Long>[]) new Optional<?>[] {Optional.empty()};
    }
}
