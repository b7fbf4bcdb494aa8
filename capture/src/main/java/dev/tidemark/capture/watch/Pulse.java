package dev.tidemark.capture.watch;

import dev.tidemark.capture.generation.WarpedClock;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a member for the cluster's newest revision, agreed with its quorum, a few times a second as long as its watch runs.
 * Each answer proves that when it was asked for, no later revision existed: what a watch delivers proves no such thing,
 * since it may have been under way for any time. The answers also show a watch that has fallen silent while the source
 * goes on. A thread of its own asks; the rest is thread-safe.
 */
final class Pulse implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);

    private final EtcdClient member;
    private final WarpedClock clock;
    private final Duration interval;
    private final ConcurrentLinkedQueue<Beat> beats = new ConcurrentLinkedQueue<>();
    private final Thread asking = new Thread(this::ask, "tidemark-pulse");

    /**
     * When the source was asked, no revision after {@code revision} existed.
     *
     * @param askedAt read before the question was sent
     */
    record Beat(long revision, WarpedClock.Reading askedAt) {}

    private Pulse(EtcdClient member, WarpedClock clock, Duration interval) {
        this.member = member;
        this.clock = clock;
        this.interval = interval;
    }

    static Pulse start(EtcdClient member, WarpedClock clock, Duration interval) {
        Pulse pulse = new Pulse(member, clock, interval);
        pulse.asking.setDaemon(true);
        pulse.asking.start();
        return pulse;
    }

    /** The answers since the last call, in order. */
    List<Beat> take() {
        List<Beat> taken = new ArrayList<>();
        for (Beat beat = beats.poll(); beat != null; beat = beats.poll()) {
            taken.add(beat);
        }
        return taken;
    }

    @Override
    public void close() {
        asking.interrupt();
    }

    private void ask() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                WarpedClock.Reading askedAt = clock.read();
                beats.add(new Beat(member.linearizable().revision(), askedAt));
            } catch (EtcdException e) {
                // No proof is just that. A member that is really gone ends its watch.
                LOG.debug("{} does not tell its revision", member.endpoint(), e);
            }
            try {
                Thread.sleep(interval.toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
