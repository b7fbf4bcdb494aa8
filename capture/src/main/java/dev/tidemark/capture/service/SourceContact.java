package dev.tidemark.capture.service;

import dev.tidemark.capture.Backoff;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.source.Members;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdSettings;
import dev.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits until the source answers, without capturing. Used by one thread. */
final class SourceContact {
    private static final Logger LOG = LoggerFactory.getLogger(SourceContact.class);

    private final List<EtcdSettings> source;
    private final Function<EtcdSettings, EtcdClient> connector;
    private final CaptureGauge gauge;
    private final BooleanSupplier closed;

    /** How long a source that does not answer is waited for. */
    enum Patience {
        /** Seconds, and a wrong user or certificate not at all. */
        AT_THE_START(Duration.ofSeconds(6), Duration.ZERO),
        /** For ever: it has answered once; what it refuses may be half of a rotation, for two minutes. */
        AFTER_WORK(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofMinutes(2));

        private final Duration withSilence;
        private final Duration withRefusals;

        Patience(Duration withSilence, Duration withRefusals) {
            this.withSilence = withSilence;
            this.withRefusals = withRefusals;
        }

        private Duration with(TidemarkException e) {
            return e instanceof CaptureException ? withSilence : withRefusals;
        }

        /** The same members, each given a part of the patience at most: those that say nothing must not take all of it. */
        private List<EtcdSettings> within(List<EtcdSettings> members) {
            Duration each = withSilence.dividedBy(members.size());
            return members.stream()
                    .map(member -> each.compareTo(member.callTimeout()) < 0
                            ? member.withTimeouts(each, member.stallTimeout())
                            : member)
                    .toList();
        }
    }

    /**
     * @param closed whether nobody waits any more
     */
    SourceContact(
            List<EtcdSettings> source,
            Function<EtcdSettings, EtcdClient> connector,
            CaptureGauge gauge,
            BooleanSupplier closed) {
        this.source = source;
        this.connector = connector;
        this.gauge = gauge;
        this.closed = closed;
    }

    /** Waits until a member answers, or nobody waits any more; the last error is thrown when the patience is over. */
    void await(Patience patience) {
        Members members = new Members(patience.within(source), connector);
        Backoff backoff = new Backoff();
        long begun = System.nanoTime();
        while (!closed.getAsBoolean()) {
            try (EtcdClient client = members.reach().client()) {
                LOG.debug("{} answers", client.endpoint());
                return;
            } catch (CaptureException | EtcdException e) {
                Duration waited = Duration.ofNanos(System.nanoTime() - begun);
                if (waited.compareTo(patience.with(e)) > 0) {
                    throw e;
                }
                Duration pause = backoff.next();
                LOG.warn(
                        "the source does not answer, next try in {} ms: {}",
                        pause.toMillis(),
                        TidemarkException.said(e));
                gauge.away(e);
                Pause.of(pause);
            }
        }
    }
}
