package dev.tidemark.bench;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.sandbox.EtcdServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes a {@link KubernetesLoad} into an etcd at an even pace, compacts now and then as an API server does, and counts
 * the bytes of keys and values of all revisions that it makes. The first failure of a write ends it.
 */
final class PacedLoad implements AutoCloseable {
    private static final int THREADS = 8;
    private static final byte[] COMPACTION_KEY = "compact_rev_key".getBytes(StandardCharsets.UTF_8);

    private final EtcdServer etcd;
    private final EtcdClient client;
    private final ValueShape shape;
    private final AtomicLong revisions = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;
    private volatile RuntimeException failure;

    /** How fast: so many revisions a second, and the time after which all before the last time is compacted. */
    record Pace(int revisionsPerSecond, Duration compaction) {}

    PacedLoad(EtcdServer etcd, ValueShape shape) {
        this.etcd = etcd;
        this.shape = shape;
        this.client = EtcdClient.open(
                EtcdSettings.of(etcd.endpoint()).withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(60)));
    }

    /** Puts all keys once, as fast as it goes; returns the bytes. */
    long fill() throws InterruptedException {
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            start(() -> {
                KubernetesLoad load = new KubernetesLoad(first);
                for (int key = first; key < KubernetesLoad.KEYS && !over; key += THREADS) {
                    put(load, key);
                }
            });
        }
        join();
        revisions.set(0);
        return bytes.getAndSet(0);
    }

    /** Begins, and returns. */
    void begin(Pace pace) {
        long began = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            int number = i;
            start(() -> write(pace, number, began));
        }
        start(() -> compact(pace));
    }

    /** Ends it; returns the last revision. */
    long end() throws InterruptedException {
        over = true;
        join();
        return revision();
    }

    /** The source's last revision. */
    long revision() {
        return client.linearizable().revision();
    }

    /** How many revisions it has made since it was filled. */
    long revisions() {
        return revisions.get();
    }

    /** The bytes of their keys and values; of a deletion the key alone. */
    long bytes() {
        return bytes.get();
    }

    private void write(Pace pace, int number, long began) {
        KubernetesLoad load = new KubernetesLoad(100 + number);
        boolean[] gone = new boolean[KubernetesLoad.KEYS];
        long step = TimeUnit.SECONDS.toNanos(THREADS) / pace.revisionsPerSecond();
        for (long at = began + step * number / THREADS; !over; at += step) {
            while (System.nanoTime() - at < 0) {
                LockSupport.parkNanos(at - System.nanoTime());
            }
            // each thread has cold keys of its own, so that it knows which are there
            int key = load.next();
            int own = KubernetesLoad.isHot(key) ? key : key / THREADS * THREADS + number;
            if (load.deletes(own) && !gone[own]) {
                gone[own] = true;
                byte[] name = KubernetesLoad.name(own);
                client.delete(name);
                count(name.length);
            } else {
                gone[own] = false;
                put(load, own);
            }
        }
    }

    private void put(KubernetesLoad load, int key) {
        put(KubernetesLoad.name(key), shape.value(load, key));
    }

    private long put(byte[] key, byte[] value) {
        long revision = client.put(key, value);
        count(key.length + value.length);
        return revision;
    }

    private void count(int more) {
        revisions.incrementAndGet();
        bytes.addAndGet(more);
    }

    /** Each time up to where it stood the time before. */
    private void compact(Pace pace) {
        long before = 0;
        long next = System.nanoTime();
        while (!over) {
            if (System.nanoTime() - next < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                continue;
            }
            next += pace.compaction().toNanos();
            long now = put(COMPACTION_KEY, Long.toString(before).getBytes(StandardCharsets.UTF_8));
            if (before > 0) {
                etcd.etcdctl("compaction", Long.toString(before));
            }
            before = now;
        }
    }

    private void start(Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        failure = e;
                        over = true;
                    }
                },
                "paced-load");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        threads.clear();
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {
        over = true;
        client.close();
    }
}
