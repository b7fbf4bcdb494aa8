package dev.tidemark.capture.watch;

import dev.tidemark.capture.Backoff;
import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.Pause;
import dev.tidemark.capture.generation.Generations;
import dev.tidemark.capture.generation.Position;
import dev.tidemark.capture.generation.WarpedClock;
import dev.tidemark.capture.source.LeaseBook;
import dev.tidemark.capture.source.Members;
import dev.tidemark.capture.spool.Spool;
import dev.tidemark.capture.status.CaptureGauge;
import dev.tidemark.capture.status.CaptureStatus;
import dev.tidemark.etcd.file.DamagedFileException;
import dev.tidemark.etcd.rpc.EtcdClient;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.etcd.rpc.EtcdHeader;
import dev.tidemark.etcd.rpc.EtcdStatus;
import dev.tidemark.etcd.rpc.EtcdWatch;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import dev.tidemark.schemas.topic.GenerationEnd;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the source into the spool, for ever: connects to one member after the other, proves at each connection that its
 * history is the one captured so far, watches, and decides when a generation is over. One thread runs it.
 *
 * <p>What it knows of its position stands in {@link Position}; what it hands on goes through the spool alone, so Kafka may
 * be away as long as the spool's disk lasts.
 */
public final class Follower implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    /** How long the source may refuse a user that it knew: then whoever starts capture anew reads its settings anew. */
    private static final Duration REFUSAL_PATIENCE = Duration.ofMinutes(2);

    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(100);
    private static final Duration PULSE = Duration.ofMillis(250);
    private static final int MAX_DISORDERS = 3;

    private final Members members;
    private final Spool spool;
    private final LeaseBook leases;
    private final Generations generations;
    private final WarpedClock clock;
    private final LongSupplier nanoTime;
    private final FollowerSettings settings;
    private final CaptureGauge gauge;
    private volatile boolean closed;
    private volatile EtcdWatch watch;
    private volatile OptionalLong awaySince = OptionalLong.empty();
    private final Backoff backoff = new Backoff();
    private OptionalLong refusedSince = OptionalLong.empty();
    private final Silences silences = new Silences();
    private int disorders;
    private long disorderedAt;
    private final Shortfall shortfall;
    /** Whether the last snapshot failed: then a watch brings what it can before the next one. */
    private boolean failedSnapshot;

    /**
     * What the follower is told.
     *
     * @param tickInterval how often a quiet source is asked for its progress
     * @param largestBacklog how many revisions may be owed by a watch; more come from a snapshot
     * @param advisory knows the bugs of the source's releases, and outlives the follower
     */
    public record FollowerSettings(Duration tickInterval, long largestBacklog, VersionAdvisory advisory) {}

    /** A follower that does not run yet. */
    public Follower(
            Members members,
            Spool spool,
            LeaseBook leases,
            Generations generations,
            WarpedClock clock,
            LongSupplier nanoTime,
            FollowerSettings settings,
            CaptureGauge gauge) {
        this.members = members;
        this.spool = spool;
        this.leases = leases;
        this.generations = generations;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.settings = settings;
        this.gauge = gauge;
        this.shortfall = new Shortfall(
                settings.largestBacklog(),
                () -> generations.isOpening() || generations.rights().missing().isPresent());
    }

    @Override
    public void run() {
        try {
            follow();
        } catch (RuntimeException e) {
            if (!closed) {
                spool.endWith(e);
            }
        } catch (Error e) {
            spool.endWith(CaptureException.broken("the thread that follows the source", e));
            throw e;
        }
    }

    /** Makes {@link #run} end soon. Any thread may call this. */
    public void close() {
        closed = true;
        EtcdWatch open = watch;
        if (open != null) {
            open.close();
        }
    }

    private void follow() {
        while (!closed) {
            try {
                connectOnce();
                backoff.reset();
            } catch (EtcdException.Unavailable
                    | EtcdException.FutureRevision
                    | EtcdException.DamagedSnapshot
                    | EtcdException.Disk
                    | DamagedFileException e) {
                pause(e);
            } catch (EtcdException.Certificates e) {
                // files that worked once are half written, or rotated one after the other
                pause(e);
            } catch (EtcdException.Credentials e) {
                if (!isPatient()) {
                    throw e;
                }
                pause(e);
            } catch (EtcdException.Disorder e) {
                disordered(e);
                pause(e);
            } catch (CaptureException e) {
                if (e.failure() != Failure.UNAVAILABLE) {
                    throw e;
                }
                pause(e);
            }
        }
    }

    /** Whether the source has refused the user only for a short time. */
    private boolean isPatient() {
        long now = System.nanoTime();
        if (refusedSince.isEmpty()) {
            refusedSince = OptionalLong.of(now);
        }
        return now - refusedSince.getAsLong() < REFUSAL_PATIENCE.toNanos();
    }

    private void pause(RuntimeException e) {
        if (closed) {
            return;
        }
        gauge.away(e);
        Duration pause = backoff.next();
        LOG.warn("the source is not followed, next try in {} ms: {}", pause.toMillis(), TidemarkException.said(e));
        Pause.of(pause);
    }

    /** A watch that drops or repeats revisions is opened again; if that doesn't help, the generation is over. */
    private void disordered(EtcdException.Disorder e) {
        long last = generations.position().last();
        disorders = last == disorderedAt ? disorders + 1 : 1;
        disorderedAt = last;
        if (disorders >= MAX_DISORDERS) {
            disorders = 0;
            generations.end(GenerationEnd.Cause.DISORDER, e.getMessage());
        }
    }

    /** For how long no member has answered; zero if one did at the last try. Any thread may call this. */
    public Duration awayFor() {
        OptionalLong since = awaySince;
        return since.isPresent() ? Duration.ofNanos(System.nanoTime() - since.getAsLong()) : Duration.ZERO;
    }

    private Members.Reached reach() {
        long begun = System.nanoTime();
        try {
            Members.Reached reached = members.reach();
            awaySince = OptionalLong.empty();
            return reached;
        } catch (CaptureException e) {
            awaySince = OptionalLong.of(awaySince.orElse(begun));
            throw e;
        }
    }

    private void connectOnce() {
        if (generations.isOpen()) {
            // before the source is asked where it stands: a snapshot that comes meanwhile may be newer than its answer
            generations.goOnFromBase();
        }
        WarpedClock.Reading askedAt = clock.read();
        Members.Reached reached = reach();
        try (EtcdClient member = reached.client()) {
            leases.ask(Optional.of(member));
            serve(member, reached.header(), askedAt);
        } finally {
            leases.ask(Optional.empty());
        }
    }

    private void serve(EtcdClient member, EtcdHeader now, WarpedClock.Reading askedAt) {
        EtcdStatus status = member.status();
        String version = status.version();
        settings.advisory().see(member.endpoint(), version).forEach(LOG::warn);
        boolean continued = generations.isOpen();
        generations.identify(now);
        if (continued && !generations.isOpen()) {
            gauge.replaced();
        }
        gauge.reached(now.revision());
        if (!generations.isOpen()) {
            leases.lookAway();
            generations.begin(now.revision(), version, askedAt.earliestMillis());
        }
        Position position = generations.position();
        position.proven(now.revision(), askedAt);
        if (now.revision() < position.last()) {
            gauge.replaced();
            generations.end(
                    GenerationEnd.Cause.SOURCE_REPLACED,
                    "the source stands at revision " + now.revision() + ", before " + position.last()
                            + ": it was restored or replaced");
            return;
        }
        OptionalLong start = caughtUp(member, now.revision());
        if (!generations.isOpen()) {
            return;
        }
        // only now: two snapshots at a time are a burden
        generations.bringBase();
        generations.keepSide();
        if (start.isPresent()) {
            shortfall.begin(status.dbSizeBytes());
            watch(member, start.getAsLong(), generations.position());
        }
    }

    /** Takes what is better taken from a snapshot; tells where this member's watch can go on, empty if it cannot. */
    private OptionalLong caughtUp(EtcdClient member, long revision) {
        long last = generations.position().last();
        WatchStart starts = new WatchStart(member::isCompacted);
        OptionalLong start = starts.after(generations.position());
        if (start.isEmpty() && generations.isOpening()) {
            throw new CaptureException(
                    Failure.UNAVAILABLE,
                    "the source has compacted what comes after revision " + last
                            + ", and the generation's first snapshot, which holds it, is still under way",
                    "wait for it");
        }
        boolean due = start.isEmpty() || (!failedSnapshot && isSnapshotWorthIt(revision - last, last));
        // after one that failed the watch has its turn
        failedSnapshot = false;
        if (!due || !isTakenFromSnapshot(member, revision, start) || !generations.isOpen()) {
            return start;
        }
        // this member's watch, now that little is missing: another one's might be as far behind
        return starts.after(generations.position());
    }

    private boolean isSnapshotWorthIt(long backlog, long last) {
        return backlog > 0 && !generations.isOpening() && (shortfall.isLarge(backlog) || silences.isSnapshotDue(last));
    }

    /** False without the right to a snapshot: then what can be had comes by the watch. */
    private boolean isTakenFromSnapshot(EtcdClient member, long revision, OptionalLong start) {
        LOG.info(
                "{} revisions behind: they are taken from a snapshot",
                revision - generations.position().last());
        leases.lookAway();
        if (CompactRevKey.isAt(member)) {
            gauge.foundCompactRevKey();
        }
        Duration took = Duration.ZERO;
        failedSnapshot = true;
        try {
            took = generations.catchUp(member, revision, gauge.snapshotTime(Duration.ZERO), leases::see);
            failedSnapshot = false;
            return true;
        } catch (EtcdException.Credentials e) {
            failedSnapshot = false;
            generations.rights().refused(e);
            if (start.isPresent()) {
                return false;
            }
            generations.end(
                    GenerationEnd.Cause.COMPACTED,
                    "the source was compacted beyond revision "
                            + generations.position().last() + ", where capture stood");
            return true;
        } finally {
            shortfall.replaced(took);
        }
    }

    private void watch(EtcdClient member, long start, Position position) {
        LOG.info("watching {} from revision {}; captured up to {}", member.endpoint(), start, position.last());
        WatchSession session;
        WatchSession.Outcome outcome = WatchSession.Outcome.GO_ON;
        long begun = position.last();
        EtcdWatch.Responses responses = silences.responses(begun);
        try (EtcdWatch open = member.watch(start, responses);
                Pulse pulse = Pulse.start(member, clock, PULSE)) {
            watch = open;
            gauge.watching(position.last());
            session = new WatchSession(
                    member,
                    start,
                    position,
                    pulse::take,
                    new WatchSession.Takers(spool, leases, gauge),
                    new WatchSession.Timing(nanoTime, settings.tickInterval(), silences.patience(begun), shortfall));
            while (outcome == WatchSession.Outcome.GO_ON && !closed) {
                outcome = session.step(open);
                // it stood: what breaks it later begins with short pauses again
                backoff.reset();
                refusedSince = OptionalLong.empty();
                if (outcome == WatchSession.Outcome.GO_ON
                        && responses == EtcdWatch.Responses.WHOLE
                        && position.last() > begun) {
                    // it was for this one revision: a backlog of large ones must come in fragments again
                    outcome = WatchSession.Outcome.RECONNECT;
                }
            }
        } catch (EtcdException.Unavailable e) {
            if (responses == EtcdWatch.Responses.WHOLE && position.last() == begun) {
                silences.met(begun);
            }
            throw e;
        } finally {
            watch = null;
        }
        switch (outcome) {
            case GO_ON, BEHIND -> {}
            case RECONNECT -> Pause.of(RECONNECT_PAUSE);
            case SILENT -> {
                silences.met(position.last());
                Pause.of(RECONNECT_PAUSE);
            }
            case SPOOL_FULL -> {
                LOG.warn("the spool is full: the watch is closed until Kafka has taken all of it");
                gauge.reconnecting(CaptureStatus.ReconnectCause.SPOOL_FULL);
                if (generations.isOpening()) {
                    // nothing of it may be written before its snapshot is there, which may need the room that this
                    // takes
                    generations.end(GenerationEnd.Cause.COMPACTED, "the spool is full before the first snapshot");
                    return;
                }
                spool.awaitEmpty();
            }
            case REPLACED -> {
                gauge.replaced();
                generations.end(
                        GenerationEnd.Cause.SOURCE_REPLACED,
                        "the source was restored or replaced at or before revision " + session.difference());
            }
        }
    }
}
