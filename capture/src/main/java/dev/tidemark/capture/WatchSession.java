package dev.tidemark.capture;

import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdWatch;
import dev.tidemark.etcd.rpc.WatchSignal;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.Failure;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One watch: what is delivered again is compared, what is new goes into the spool. Used by one thread. */
final class WatchSession implements WatchSignal.Visitor<WatchSession.Outcome> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchSession.class);

    private final EtcdClient member;
    private final long start;
    private final Position position;
    private final Spool spool;
    private final LeaseBook leases;
    private final Pace pace;
    private boolean confirmed;
    private long difference;
    private boolean unanswered;
    private Duration silence = Duration.ZERO;
    private EtcdWatch watch;

    /**
     * How long a watch may say nothing.
     *
     * @param tick until it is asked for its progress
     * @param patience until it is taken for broken, while the source is known to stand further on
     */
    record Pace(Duration tick, Duration patience) {}

    /** What to do next. */
    enum Outcome {
        /** Go on with this watch. */
        GO_ON,
        /** Connect anew and look where it can go on. */
        RECONNECT,
        /** The watch is open but dead: connect anew, and give the next one more time. */
        SILENT,
        /** Wait until there is room. */
        SPOOL_FULL,
        /** The source's history is another one. */
        REPLACED
    }

    WatchSession(EtcdClient member, long start, Position position, Spool spool, LeaseBook leases, Pace pace) {
        this.member = member;
        this.start = start;
        this.position = position;
        this.spool = spool;
        this.leases = leases;
        this.pace = pace;
    }

    /** Takes the next signal. */
    Outcome step(EtcdWatch open) {
        watch = open;
        return open.next(pace.tick).accept(this);
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
            return Outcome.RECONNECT;
        }
        confirmed = true;
        unanswered = false;
        silence = Duration.ZERO;
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
        return Outcome.GO_ON;
    }

    @Override
    public Outcome progress(WatchSignal.Progress progress) {
        unanswered = false;
        silence = Duration.ZERO;
        if (progress.revision() == position.last()) {
            isQuiet(position.stamper().now());
        }
        return Outcome.GO_ON;
    }

    @Override
    public Outcome compacted(WatchSignal.Compacted compacted) {
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
        return Outcome.RECONNECT;
    }

    /**
     * Nothing came for a whole interval: the watch is asked for its progress. No answer proves nothing, as etcd drops the
     * question where it pleases, so whoever got none asks the quorum.
     */
    @Override
    public Outcome idle(WatchSignal.Idle idle) {
        Outcome outcome = unanswered ? askTheQuorum() : Outcome.GO_ON;
        unanswered = true;
        watch.requestProgress();
        return outcome;
    }

    private Outcome askTheQuorum() {
        long askedAt = position.stamper().now();
        long revision;
        try {
            revision = member.linearizable().revision();
        } catch (EtcdException.Unavailable e) {
            LOG.debug("the quorum does not say whether the source is quiet", e);
            return Outcome.GO_ON;
        }
        if (revision == position.last()) {
            silence = Duration.ZERO;
            isQuiet(askedAt);
            return Outcome.GO_ON;
        }
        if (revision < position.last()) {
            return Outcome.RECONNECT;
        }
        silence = silence.plus(pace.tick);
        if (silence.compareTo(pace.patience) < 0) {
            return Outcome.GO_ON;
        }
        LOG.warn(
                "{} sends nothing after revision {} for {} s, but the source stands at {}: the watch is opened anew",
                member.endpoint(),
                position.last(),
                silence.toSeconds(),
                revision);
        return Outcome.SILENT;
    }

    /** Everything up to the position was delivered, and nothing else had happened by then. */
    private void isQuiet(long atMillis) {
        position.stamper().proven(position.last(), atMillis);
        spool.add(new Item.Progress(position.generation(), position.last(), atMillis));
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
