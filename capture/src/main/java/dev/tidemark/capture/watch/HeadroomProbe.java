package dev.tidemark.capture.watch;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.source.Members;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.capture.status.Headroom;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import java.io.Closeable;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out now and then, without load, where the source's compact revision stands: one count of nothing at an old
 * revision says whether it has moved, and only then a bisection of such counts finds it. Never by HashKV, which stops all
 * writes. What Kubernetes announces in the watch is known before. Warns when the headroom gets short. One thread runs it.
 */
public final class HeadroomProbe implements Runnable, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(HeadroomProbe.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final int PROBE_EVERY = 6;

    private final String cluster;
    private final Members members;
    private final CaptureGauge gauge;
    private final Thread thread;
    private volatile boolean closed;
    private Headroom.Verdict said = Headroom.Verdict.ENOUGH;

    /** A probe that does not run yet. */
    public HeadroomProbe(CaptureSettings settings, Members members, CaptureGauge gauge) {
        this.cluster = settings.cluster();
        this.members = members;
        this.gauge = gauge;
        this.thread = new Thread(this, "tidemark-headroom-" + cluster);
        thread.setDaemon(true);
    }

    /** Looks from now on. */
    public void start() {
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (!closed) {
                probeUntilAway();
                Pause.of(LOOK);
            }
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.warn("the source's compactions are watched no more", e);
            }
        }
    }

    /** Keeps its connection, as every new one may cost the source a password's check. */
    private void probeUntilAway() {
        try (EtcdClient member = members.reach().client()) {
            lookForKubernetes(member);
            for (int round = 0; !closed; round++) {
                if (round % PROBE_EVERY == 0) {
                    probe(member);
                }
                warn();
                Pause.of(LOOK);
            }
        } catch (EtcdException | CaptureException e) {
            LOG.debug("the source's compact revision is not known now: {}", e.getMessage());
        }
        warn();
    }

    private void lookForKubernetes(EtcdClient member) {
        if (CompactRevKey.isAt(member)) {
            gauge.foundCompactRevKey();
        }
    }

    private void probe(EtcdClient member) {
        long newest = member.linearizable().revision();
        gauge.known(newest);
        gauge.compactedAt(new CompactRevision(member::isCompacted).between(gauge.compactRevision(), newest));
    }

    private void warn() {
        Optional<Headroom> headroom = gauge.status().headroom();
        Headroom.Verdict now = headroom.map(Headroom::verdict).orElse(said);
        if (now == said) {
            return;
        }
        said = now;
        Headroom seen = headroom.orElseThrow();
        switch (now) {
            case SHORT -> LOG.warn("cluster {}: {}; a hole would cost a new base", cluster, words(seen));
            case ENOUGH -> LOG.info("cluster {}: far enough ahead of the source's compaction again", cluster);
        }
    }

    private static String words(Headroom seen) {
        if (seen.revisions() < 0) {
            return "the source has compacted " + seen.compactRevision() + ", " + -seen.revisions()
                    + " revisions beyond what stands in the topic: only the spool may still have them";
        }
        String left = seen.millis().isPresent()
                ? " (" + TimeUnit.MILLISECONDS.toSeconds(seen.millis().getAsLong()) + " s)"
                : "";
        return "the source will soon compact what is not captured yet: " + seen.revisions() + " revisions" + left
                + " are left until its compact revision " + seen.compactRevision() + " overtakes the topic";
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
