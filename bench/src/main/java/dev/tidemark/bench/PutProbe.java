package dev.tidemark.bench;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Puts one small key now and then, one put at a time, and keeps how long each took: what a source's users feel. */
final class PutProbe implements AutoCloseable {
    private static final byte[] KEY = "bench/probe".getBytes(StandardCharsets.UTF_8);
    private static final long PAUSE_MILLIS = 5;

    private final EtcdClient client;
    private final List<Put> puts = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::probe, "put-probe");
    private volatile boolean over;

    /**
     * A put and its answer.
     *
     * @param took in nanoseconds
     * @param answeredAt by {@link System#nanoTime}
     */
    record Put(long revision, long took, long answeredAt) {}

    private PutProbe(String endpoint) {
        client =
                EtcdClient.open(EtcdSettings.of(endpoint).withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(60)));
    }

    static PutProbe on(String endpoint) {
        PutProbe probe = new PutProbe(endpoint);
        probe.thread.setDaemon(true);
        probe.thread.start();
        return probe;
    }

    private void probe() {
        while (!over) {
            long begun = System.nanoTime();
            long revision = client.put(KEY, KEY);
            long now = System.nanoTime();
            puts.add(new Put(revision, now - begun, now));
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Ends it, and gives the put's time that so many of a hundred stayed below, in milliseconds. */
    double percentileMillis(int percent) {
        return percentileMillis(percent, puts().stream().map(Put::took).toList());
    }

    /** What so many of a hundred stay below, in milliseconds. */
    static double percentileMillis(int percent, List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.get((int) ((sorted.size() - 1L) * percent / 100)) / 1e6;
    }

    /** Ends it, and gives all puts in their order. */
    List<Put> puts() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.copyOf(puts);
    }

    @Override
    public void close() {
        over = true;
        thread.interrupt();
        client.close();
    }
}
