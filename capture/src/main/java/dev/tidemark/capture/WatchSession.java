package dev.tidemark.capture;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdWatch;
import dev.tidemark.etcd.rpc.WatchSignal;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;

/** One watch: what is delivered again is compared, what is new goes into the spool. Used by one thread. */
final class WatchSession implements WatchSignal.Visitor<WatchSession.Outcome> {
    private final EtcdClient member;
    private final long start;
    private final Position position;
    private final Spool spool;
    private final LeaseBook leases;
    private final InstantSource clock;
    private final Duration tickInterval;
    private final CaptureGauge gauge;
    private boolean confirmed;
    private long difference;
    private long progressAskedAt;
    private EtcdWatch watch;

    /** What to do next. */
    enum Outcome {
        /** Go on with this watch. */
        GO_ON,
        /** Connect anew and look where it can go on. */
        RECONNECT,
        /** Wait until there is room. */
        SPOOL_FULL,
        /** The source's history is another one. */
        REPLACED
    }

    WatchSession(
            EtcdClient member,
            long start,
            Position position,
            Spool spool,
            LeaseBook leases,
            InstantSource clock,
            Duration tickInterval,
            CaptureGauge gauge) {
        this.member = member;
        this.start = start;
        this.position = position;
        this.spool = spool;
        this.leases = leases;
        this.clock = clock;
        this.tickInterval = tickInterval;
        this.gauge = gauge;
    }

    /** Takes the next signal. */
    Outcome step(EtcdWatch open) {
        watch = open;
        return open.next(tickInterval).accept(this);
    }

    /** The first revision that differs from what was captured. */
    long difference() {
        return difference;
    }

    @Override
    public Outcome created(WatchSignal.Created created) {
        return Outcome.GO_ON;
    }

    @Override
    public Outcome revisions(WatchSignal.Revisions revisions) {
        if (!confirmed && start > 2 && member.isCompacted(start - 1)) {
            // A compaction has reached the start since it was chosen: the first revision may be half of one.
            gauge.reconnecting(CaptureStatus.ReconnectCause.COMPACTED);
            return Outcome.RECONNECT;
        }
        confirmed = true;
        List<Change> changes = revisions.changes();
        int fresh = firstAfter(changes, position.last());
        if (fresh > 0) {
            OptionalLong different = position.overlap().firstDifference(changes.subList(0, fresh));
            if (different.isPresent()) {
                difference = different.getAsLong();
                return Outcome.REPLACED;
            }
        }
        return fresh == changes.size() ? Outcome.GO_ON : take(changes.subList(fresh, changes.size()));
    }

    private Outcome take(List<Change> fresh) {
        List<Change> stamped = position.stamper().stamp(fresh);
        leases.see(stamped);
        if (spool.offer(Item.Changes.of(position.generation(), stamped)) == Spool.Room.FULL) {
            return Outcome.SPOOL_FULL;
        }
        position.advance(stamped);
        gauge.received(stamped);
        return Outcome.GO_ON;
    }

    @Override
    public Outcome progress(WatchSignal.Progress progress) {
        gauge.known(progress.revision());
        if (progress.revision() == position.last()) {
            long now = position.stamper().now();
            position.stamper().proven(progress.revision(), now);
            spool.add(new Item.Progress(position.generation(), progress.revision(), now));
        }
        return Outcome.GO_ON;
    }

    @Override
    public Outcome compacted(WatchSignal.Compacted compacted) {
        gauge.compactedAt(compacted.compactRevision());
        gauge.reconnecting(CaptureStatus.ReconnectCause.COMPACTED);
        return Outcome.RECONNECT;
    }

    @Override
    public Outcome refused(WatchSignal.Refused refused) {
        if (refused.why() == WatchSignal.Refused.Why.PERMISSION) {
            throw new CaptureException(
                    Failure.USAGE,
                    member.endpoint() + " refuses the watch: " + refused.reason(),
                    "give the user of etcd.watch.* READ on all keys");
        }
        gauge.reconnecting(CaptureStatus.ReconnectCause.REFUSED);
        return Outcome.RECONNECT;
    }

    @Override
    public Outcome idle(WatchSignal.Idle idle) {
        if (clock.millis() - progressAskedAt >= tickInterval.toMillis()) {
            progressAskedAt = clock.millis();
            watch.requestProgress();
        }
        return Outcome.GO_ON;
    }

    private static int firstAfter(List<Change> changes, long last) {
        if (changes.get(0).main() > last) {
            return 0;
        }
        int at = 0;
        while (at < changes.size() && changes.get(at).main() <= last) {
            at++;
        }
        return at;
    }
}
