package dev.tidemark.capture.watch;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.generation.Position;
import dev.tidemark.capture.source.LeaseBook;
import dev.tidemark.capture.spool.Item;
import dev.tidemark.capture.spool.Spool;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdWatch;
import dev.tidemark.etcd.rpc.WatchSignal;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch: what is delivered again is compared, what is new goes into the spool. The pulse beside it says when revisions
 * did not exist yet, proves progress while nothing comes, and unmasks a watch that has fallen silent. Used by one thread.
 */
final class WatchSession implements WatchSignal.Visitor<WatchSession.Outcome> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchSession.class);
    private static final Duration STEP = Duration.ofMillis(200);

    private final EtcdClient member;
    private final long start;
    private final Position position;
    private final Supplier<List<Pulse.Beat>> pulse;
    private final Takers takers;
    private final Timing timing;
    private boolean confirmed;
    private long difference;
    private EtcdWatch watch;
    private long progressAskedAt;
    private long progressSaidAt;
    private long messages;

    /** Since when the source is known to have a revision that the watch has not delivered; empty if it owes none. */
    private OptionalLong owesSince = OptionalLong.empty();

    /** Who is told of what was delivered. */
    record Takers(Spool spool, LeaseBook leases, CaptureGauge gauge) {}

    /**
     * How long what may last.
     *
     * @param nanoTime a steady clock in nanoseconds
     * @param tickInterval how often progress is asked for, and said, while nothing else is
     * @param silence for how long a watch that owes revisions may send nothing
     * @param shortfall tells how many it may owe, and for how long
     */
    record Timing(LongSupplier nanoTime, Duration tickInterval, Duration silence, Shortfall shortfall) {
        private long now() {
            return nanoTime.getAsLong();
        }
    }

    /** What to do next. */
    enum Outcome {
        /** Go on with this watch. */
        GO_ON,
        /** Connect anew and look where it can go on. */
        RECONNECT,
        /** The same, but this watch owed revisions and sent nothing. */
        SILENT,
        /** Take a snapshot: the member delivers less than the source writes. */
        BEHIND,
        /** Wait until there is room. */
        SPOOL_FULL,
        /** The source's history is another one. */
        REPLACED
    }

    /**
     * @param start where the watch begins
     * @param pulse the answers since the last call, in order
     */
    WatchSession(
            EtcdClient member,
            long start,
            Position position,
            Supplier<List<Pulse.Beat>> pulse,
            Takers takers,
            Timing timing) {
        this.member = member;
        this.start = start;
        this.position = position;
        this.pulse = pulse;
        this.takers = takers;
        this.timing = timing;
        this.progressAskedAt = timing.now();
        this.progressSaidAt = progressAskedAt;
    }

    /** Takes the next signal. */
    Outcome step(EtcdWatch open) {
        watch = open;
        WatchSignal signal = open.next(STEP);
        Optional<Pulse.Beat> newest = feel();
        Outcome outcome = signal.accept(this);
        return outcome == Outcome.GO_ON ? newest.map(this::compare).orElse(outcome) : outcome;
    }

    /** Tells the stamper of the proofs that came since; they came before the signal that is at hand was taken, or after. */
    private Optional<Pulse.Beat> feel() {
        Optional<Pulse.Beat> newest = Optional.empty();
        for (Pulse.Beat beat : pulse.get()) {
            position.proven(beat.revision(), beat.askedAt());
            takers.gauge.known(beat.revision());
            newest = Optional.of(beat);
        }
        return newest;
    }

    private Outcome compare(Pulse.Beat beat) {
        long now = timing.now();
        long owed = Math.max(0, beat.revision() - position.last());
        if (isLeftBehind(owed, now)) {
            LOG.warn(
                    "the source stands at revision {}, and {} delivers less than it writes: {} revisions behind",
                    beat.revision(),
                    member.endpoint(),
                    owed);
            takers.gauge.reconnecting(CaptureStatus.ReconnectCause.BEHIND);
            return Outcome.BEHIND;
        }
        if (owed == 0) {
            owesSince = OptionalLong.empty();
            sayProgress(beat, now);
            return Outcome.GO_ON;
        }
        if (owesSince.isEmpty()) {
            owesSince = OptionalLong.of(now);
        }
        if (now - owesSince.getAsLong() <= timing.silence.toNanos()) {
            return Outcome.GO_ON;
        }
        LOG.warn(
                "the source stands at revision {}, but {} delivers nothing after {}: the watch is opened anew",
                beat.revision(),
                member.endpoint(),
                position.last());
        takers.gauge.reconnecting(CaptureStatus.ReconnectCause.SILENT);
        return Outcome.SILENT;
    }

    private void sayProgress(Pulse.Beat beat, long now) {
        if (beat.revision() == position.last() && now - progressSaidAt >= timing.tickInterval.toNanos()) {
            progressSaidAt = now;
            takers.spool.add(new Item.Progress(
                    position.generation(), beat.revision(), beat.askedAt().earliestMillis()));
        }
    }

    private boolean isLeftBehind(long owed, long now) {
        Duration lasting = timing.shortfall.see(owed, position.last(), now);
        return !lasting.isZero() && timing.shortfall.isTooLong(lasting, member::isCompacted);
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
        owesSince = OptionalLong.empty();
        if (!confirmed && start > 2 && member.isCompacted(start - 1)) {
            // A compaction has reached the start since it was chosen: the first revision may be half of one.
            takers.gauge.reconnecting(CaptureStatus.ReconnectCause.COMPACTED);
            return Outcome.RECONNECT;
        }
        confirmed = true;
        List<Change> changes = revisions.changes();
        int fresh = firstAfter(changes, position.last());
        if (fresh > 0) {
            OptionalLong different = position.firstDifference(changes.subList(0, fresh));
            if (different.isPresent()) {
                difference = different.getAsLong();
                return Outcome.REPLACED;
            }
        }
        return fresh == changes.size() ? Outcome.GO_ON : take(changes.subList(fresh, changes.size()));
    }

    private Outcome take(List<Change> fresh) {
        List<Change> stamped = position.stamp(fresh);
        takers.leases.see(stamped);
        if (takers.spool.offer(Item.Changes.of(position.generation(), stamped)) == Spool.Room.FULL) {
            return Outcome.SPOOL_FULL;
        }
        position.advance(stamped);
        takers.gauge.received(position.last());
        CompactRevKey.in(stamped).ifPresent(takers.gauge::announced);
        return Outcome.GO_ON;
    }

    @Override
    public Outcome progress(WatchSignal.Progress progress) {
        return Outcome.GO_ON;
    }

    @Override
    public Outcome compacted(WatchSignal.Compacted compacted) {
        takers.gauge.compactedAt(compacted.compactRevision());
        takers.gauge.reconnecting(CaptureStatus.ReconnectCause.COMPACTED);
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
        takers.gauge.reconnecting(CaptureStatus.ReconnectCause.REFUSED);
        return Outcome.RECONNECT;
    }

    /** The answer proves that the watch has lost nothing; it is checked where it arrives, and no answer proves nothing. */
    @Override
    public Outcome idle(WatchSignal.Idle idle) {
        if (idle.messages() != messages) {
            // A large revision is on its way: it comes in pieces.
            messages = idle.messages();
            owesSince = OptionalLong.empty();
        }
        if (timing.now() - progressAskedAt >= timing.tickInterval.toNanos()) {
            progressAskedAt = timing.now();
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
