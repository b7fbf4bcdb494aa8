package dev.tidemark.compactor;

import dev.tidemark.compactor.PartitionHealth.Phase;
import java.util.EnumMap;
import java.util.Map;

/** What one folder shows of itself. Thread-safe. */
final class Gauge {
    private final int partition;
    private Phase phase = Phase.IDLE;
    private Patience.Waiting waiting;
    private String generation = "";
    private long committedRevision;
    private long committedOffset;
    private long foldedRevision;
    private CutPolicy.Interval open = CutPolicy.EMPTY;
    private long commits;
    private String problem = "";
    private final Map<Lack, String> lacks = new EnumMap<>(Lack.class);
    private String upkeepFailing = "";

    /** What the archive may lack while folding goes on, gravest first. */
    enum Lack {
        /** A snapshot's base. */
        BASE,
        /** Leases and auth of a later revision. */
        SIDE,
        /** The proof that time has passed. */
        TIME
    }

    Gauge(int partition) {
        this.partition = partition;
    }

    synchronized void phase(Phase now) {
        if (phase != Phase.IN_HOLE) {
            phase = now;
        }
    }

    /** What is waited for; null for nothing any more. */
    synchronized void waiting(Patience.Waiting now) {
        waiting = now;
    }

    /** The archive's head: what is committed. */
    synchronized void head(String generationId, long revision, long nextOffset) {
        if (revision != committedRevision) {
            // what was to be proven was that nothing followed the former one
            lacks.remove(Lack.TIME);
        }
        generation = generationId;
        committedRevision = revision;
        committedOffset = nextOffset;
        foldedRevision = revision;
        open = CutPolicy.EMPTY;
    }

    synchronized void committed() {
        commits++;
    }

    synchronized void folded(long revision, CutPolicy.Interval interval) {
        foldedRevision = revision;
        open = interval;
    }

    /** Something is wrong that does not stop the folding, until it is {@link #has there}. */
    synchronized void lacks(Lack what, String why) {
        lacks.put(what, why);
    }

    /** The archive has it now. */
    synchronized void has(Lack what) {
        lacks.remove(what);
    }

    /** What keeps levels and bases from being made; empty for nothing. Folding goes on. */
    synchronized void upkeepFailing(String what) {
        upkeepFailing = what;
    }

    synchronized void inHole(String what) {
        phase = Phase.IN_HOLE;
        problem = what;
    }

    /** A new generation begins: what was wrong with the one before is over. */
    synchronized void outOfHole() {
        if (phase == Phase.IN_HOLE) {
            phase = Phase.FOLDING;
        }
        problem = "";
        lacks.clear();
    }

    synchronized void stopped(String why) {
        phase = Phase.STOPPED;
        problem = why;
        waiting = null;
    }

    synchronized PartitionHealth health(String cluster, long backlogBytes) {
        return new PartitionHealth(
                partition,
                waiting == null ? phase : Phase.WAITING,
                cluster,
                generation,
                committedRevision,
                committedOffset,
                foldedRevision,
                open.firstMillis(),
                open.bytes(),
                backlogBytes,
                commits,
                upkeepFailing,
                shown());
    }

    /** The gravest of what is wrong. */
    private String shown() {
        if (waiting != null) {
            return waiting.reason();
        }
        return problem.isEmpty() ? lacks.values().stream().findFirst().orElse(upkeepFailing) : problem;
    }
}
