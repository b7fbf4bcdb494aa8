package dev.tidemark.capture.status;

import dev.tidemark.capture.CaptureException;
import dev.tidemark.capture.CaptureSettings;
import dev.tidemark.capture.status.CaptureStatus.Base;
import dev.tidemark.capture.status.CaptureStatus.ReconnectCause;
import dev.tidemark.capture.status.CaptureStatus.State;
import dev.tidemark.etcd.rpc.EtcdException;
import dev.tidemark.schemas.TidemarkException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What capture shows of itself: its threads tell it what happens, each in one call, and anybody may ask for the status.
 * Thread-safe.
 */
public final class CaptureGauge {
    /** Longer ones etcd warns of in its log. */
    private static final Duration LONGEST_SNAPSHOT = Duration.ofSeconds(30);

    private static final long PART_OF_HISTORY = 8;

    private final String cluster;
    private final long diskLimit;
    private final InstantSource clock;
    private final RevisionTimes times = new RevisionTimes();
    private final Compactions compactions = new Compactions(times);
    private final Map<ReconnectCause, Long> reconnects = new EnumMap<>(ReconnectCause.class);

    private State phase = State.STARTING;
    private String problem = "";
    private String kafkaProblem = "";
    private String etcdProblem = "";
    private Supplier<CaptureStatus.SpoolUse> spool = this::noSpool;
    private Contact contact = Contact.NEVER;
    private long contactAt;
    private String generation = "";
    private Base base = Base.NONE;
    private long committed;
    private long received;
    private long target;
    private long revisions;
    private long bytes;
    private long records;
    private long transactions;
    private OptionalLong clockSkew = OptionalLong.empty();
    private long unreadableMillis;

    /** How it stands with the source. */
    private enum Contact {
        NEVER,
        REACHED,
        WATCHING,
        LOST
    }

    /** What is seen before anything has begun. */
    public CaptureGauge(CaptureSettings settings, InstantSource clock) {
        this.cluster = settings.cluster();
        this.diskLimit = settings.spool().diskBytes();
        this.clock = clock;
        for (ReconnectCause cause : ReconnectCause.values()) {
            reconnects.put(cause, 0L);
        }
    }

    // -- the whole

    /**
     * Where a generation is continued.
     *
     * @param last the last revision that stands in the topic
     * @param base whether its base is announced
     * @param provenAtMillis when nothing after {@code last} existed; 0 if that is not known
     */
    public record Continued(String generation, long last, Base base, long provenAtMillis) {}

    /**
     * A session begins where the topic stands.
     *
     * @param waiting what waits between source and topic; asked without a lock
     * @param continued empty if no generation is
     */
    public synchronized void opened(Supplier<CaptureStatus.SpoolUse> waiting, Optional<Continued> continued) {
        phase = State.FOLLOWING;
        problem = "";
        kafkaProblem = "";
        spool = waiting;
        contact = Contact.NEVER;
        continued.ifPresent(this::goOn);
    }

    private void goOn(Continued from) {
        long sureAt = from.provenAtMillis > 0 ? from.provenAtMillis : clock.millis();
        if (!from.generation.equals(generation)) {
            generation = from.generation;
            times.forget();
            contactAt = sureAt;
        }
        committed = from.last;
        base = from.base;
        times.seen(from.last, sureAt);
        received = from.last;
    }

    /** The session is over; another one begins. */
    public synchronized void starting() {
        phase = State.STARTING;
        problem = "";
        spool = this::noSpool;
    }

    /**
     * Another instance holds the cluster.
     *
     * @param holder who; empty if that is not known
     */
    public synchronized void standby(String holder) {
        phase = State.STANDBY;
        problem = holder;
        spool = this::noSpool;
    }

    /** A session cannot be opened yet. */
    public synchronized void cannotOpen(TidemarkException why) {
        phase = why instanceof CaptureException ? State.WAITING_FOR_KAFKA : State.WAITING_FOR_ARCHIVE;
        problem = why.getMessage();
    }

    /** It has ended; the first reason counts. */
    public synchronized void stopped(String why) {
        if (phase != State.STOPPED) {
            phase = State.STOPPED;
            problem = why;
        }
    }

    // -- the source

    /** A member answered, with its quorum behind it. */
    public synchronized void reached(long revision) {
        long now = clock.millis();
        etcdProblem = "";
        // what is new may exist since the contact was lost
        times.seen(revision, contactAt == 0 ? now : contactAt);
        target = Math.max(target, revision);
        contact = Contact.REACHED;
        contactAt = now;
    }

    /** A watch is open behind a revision. */
    public synchronized void watching(long last) {
        contact = Contact.WATCHING;
        received = last;
    }

    /** Whole revisions came by the watch, up to this one. */
    public synchronized void received(long last) {
        received = last;
        known(last);
    }

    /** The source has a revision. */
    public synchronized void known(long revision) {
        contactAt = clock.millis();
        times.seen(revision, contactAt);
    }

    /** The source's history is another one. */
    public synchronized void replaced() {
        times.forget();
        compactions.forget();
        target = 0;
        reconnecting(ReconnectCause.REPLACED);
    }

    /** The watch is opened anew, and why. */
    public synchronized void reconnecting(ReconnectCause cause) {
        reconnects.merge(cause, 1L, Long::sum);
    }

    /** The source is not followed. */
    public synchronized void away(RuntimeException why) {
        contact = Contact.LOST;
        etcdProblem = why.getMessage();
        reconnecting(cause(why));
    }

    private static ReconnectCause cause(Throwable why) {
        for (Throwable at = why; at != null; at = at.getCause()) {
            if (at instanceof EtcdException.Unavailable unavailable) {
                return switch (unavailable.reason()) {
                    case UNREACHABLE, TLS -> ReconnectCause.UNREACHABLE;
                    case NO_LEADER -> ReconnectCause.NO_LEADER;
                    case TIMEOUT -> ReconnectCause.TIMEOUT;
                    case ENDED_BY_SERVER -> ReconnectCause.ENDED_BY_SERVER;
                    case CANCELLED, EXHAUSTED, UNKNOWN_CALL, OTHER -> ReconnectCause.OTHER;
                };
            }
            if (at instanceof EtcdException.Disorder) {
                return ReconnectCause.DISORDER;
            }
        }
        return ReconnectCause.OTHER;
    }

    // -- its compaction

    /** The compact revision that a probe may start from; -1 if none is known. */
    public synchronized long compactRevision() {
        return compactions.compactRevision();
    }

    /**
     * How long a snapshot may take: a small part of the history that the source keeps for what is watched after it.
     *
     * @param unknown what is said if nothing tells how much that is
     */
    public synchronized Duration snapshotTime(Duration unknown) {
        OptionalLong kept = compactions.keptMillis();
        if (kept.isEmpty()) {
            return unknown;
        }
        Duration part = Duration.ofMillis(kept.getAsLong() / PART_OF_HISTORY);
        return part.compareTo(LONGEST_SNAPSHOT) < 0 ? part : LONGEST_SNAPSHOT;
    }

    /** The compact revision was looked up; if an older one was known, a compaction has just happened. */
    public synchronized void compactedAt(long revision) {
        if (compactions.compactRevision() < 0) {
            compactions.found(revision);
        } else {
            compactions.happened(revision, clock.millis());
        }
    }

    /** The API server's key was read, not seen being written. */
    public synchronized void foundCompactRevKey() {
        compactions.kubernetes();
    }

    /** The API server has written the revision that it compacts to. */
    public synchronized void announced(long revision) {
        compactions.kubernetes();
        compactions.happened(revision, clock.millis());
    }

    // -- the topic

    /** What stands committed in the topic. */
    public synchronized void stands(String id, long last) {
        if (id.equals(generation)) {
            revisions += Math.max(0, last - committed);
        } else {
            generation = id;
            base = Base.PENDING;
        }
        committed = last;
    }

    /**
     * A transaction was committed.
     *
     * @param count how many records it had
     * @param size their bytes
     * @param brokerMillis what the broker's clock says now; empty if it does not tell
     */
    public synchronized void committed(long count, long size, OptionalLong brokerMillis) {
        kafkaProblem = "";
        transactions++;
        records += count;
        bytes += size;
        brokerMillis.ifPresent(broker -> clockSkew = OptionalLong.of(broker - clock.millis()));
    }

    /** For so long nobody could read all that stands in the topic. */
    public synchronized void unreadable(long millis) {
        unreadableMillis = millis;
    }

    /** The generation's base is announced. */
    public synchronized void baseReady() {
        base = Base.READY;
    }

    /** The topic cannot be written. */
    public synchronized void kafkaAway(RuntimeException why) {
        kafkaProblem = why.getMessage() == null ? why.toString() : why.getMessage();
    }

    /** The topic can be written again. */
    public synchronized void kafkaBack() {
        kafkaProblem = "";
    }

    // -- what is seen of it

    /** How it stands now. */
    public CaptureStatus status() {
        // without our lock: the spool has its own, and may be writing to its disk
        return status(currentSpool().get());
    }

    private synchronized Supplier<CaptureStatus.SpoolUse> currentSpool() {
        return spool;
    }

    private synchronized CaptureStatus status(CaptureStatus.SpoolUse use) {
        long now = clock.millis();
        Optional<CaptureStatus.Lag> lag = lag(now);
        long lagMillis = lag.map(CaptureStatus.Lag::millis).orElse(0L);
        boolean headroomKnown = !generation.isEmpty() && compactions.compactRevision() >= 0;
        State state = state();
        return new CaptureStatus(
                cluster,
                state,
                problem(state),
                generation,
                base,
                new CaptureStatus.Revisions(committed, received, times.newest()),
                lag,
                headroomKnown ? Optional.of(compactions.headroom(committed, lagMillis, now)) : Optional.empty(),
                new CaptureStatus.Totals(revisions, bytes, records, transactions, reconnects),
                use,
                clockSkew,
                unreadableMillis);
    }

    private CaptureStatus.SpoolUse noSpool() {
        return new CaptureStatus.SpoolUse(0, 0, diskLimit);
    }

    private State state() {
        if (phase != State.FOLLOWING) {
            return phase;
        }
        if (!kafkaProblem.isEmpty()) {
            return State.WAITING_FOR_KAFKA;
        }
        return switch (contact) {
            case NEVER -> etcdProblem.isEmpty() ? State.STARTING : State.WAITING_FOR_ETCD;
            case LOST -> State.WAITING_FOR_ETCD;
            case REACHED -> State.CATCHING_UP;
            case WATCHING -> received < target ? State.CATCHING_UP : State.FOLLOWING;
        };
    }

    private String problem(State state) {
        return switch (state) {
            case WAITING_FOR_KAFKA -> kafkaProblem.isEmpty() ? problem : kafkaProblem;
            case WAITING_FOR_ETCD -> etcdProblem;
            case STARTING, STANDBY, FOLLOWING, CATCHING_UP, WAITING_FOR_ARCHIVE, STOPPED -> problem;
        };
    }

    private Optional<CaptureStatus.Lag> lag(long now) {
        if (phase == State.STANDBY || generation.isEmpty() || times.newest() == 0) {
            return Optional.empty();
        }
        boolean inContact = contact == Contact.REACHED || contact == Contact.WATCHING;
        long sure = inContact || contactAt == 0 ? now : contactAt;
        long since = Math.min(sure, times.since(committed + 1, now));
        return Optional.of(new CaptureStatus.Lag(Math.max(0, times.newest() - committed), Math.max(0, now - since)));
    }
}
