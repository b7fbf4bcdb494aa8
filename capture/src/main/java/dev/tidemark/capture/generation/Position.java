package dev.tidemark.capture.generation;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.RevisionSequence;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** How far a generation was handed to the spool, and what is needed to go on from there. Used by one thread. */
public final class Position {
    private final String generation;
    private final RevisionSequence sequence;
    private final Overlap overlap;
    private final Stamper stamper;
    private Optional<CrossCheck> crossCheck = Optional.empty();
    private RevisionDigest watched = new RevisionDigest((main, digest) -> {});

    Position(String generation, long last, Overlap overlap, Stamper stamper) {
        this.generation = generation;
        this.sequence = new RevisionSequence("source to spool, generation " + generation, last);
        this.overlap = overlap;
        this.stamper = stamper;
    }

    /** The position of a generation that begins after a revision. */
    public static Position begun(String generation, long revision, WarpedClock clock) {
        return new Position(generation, revision, new Overlap(), new Stamper(clock, 0));
    }

    /** The generation's id. */
    public String generation() {
        return generation;
    }

    /** The last revision that was handed on. */
    public long last() {
        return sequence.last();
    }

    Overlap overlap() {
        return overlap;
    }

    /** The first revision that can be compared with what the source delivers again; empty if none can. */
    public OptionalLong firstKnown() {
        return overlap.first();
    }

    /** The first of these whole revisions that differs from what was captured; empty if all that are known are equal. */
    public OptionalLong firstDifference(List<Change> changes) {
        return overlap.firstDifference(changes);
    }

    /**
     * Notes that no revision after {@code revision} existed at that time; proofs are told in their order.
     *
     * @param at read before the source was asked
     */
    public void proven(long revision, WarpedClock.Reading at) {
        stamper.proven(revision, at);
    }

    /** The same changes with their times; they arrived just now, together, and follow the last ones. */
    public List<Change> stamp(List<Change> changes) {
        return stamper.stamp(changes);
    }

    /** The same generation from a later revision on: what lies between need not come any more. */
    Position from(long revision) {
        Position later = new Position(generation, revision, new Overlap(), stamper);
        crossCheck.ifPresent(later::compareWith);
        return later;
    }

    /** Tells a base's cross-check of every revision from now on, until it is over. */
    void compareWith(CrossCheck check) {
        crossCheck = Optional.of(check);
        watched = new RevisionDigest(check::watched);
    }

    /**
     * Notes that whole revisions were handed on.
     *
     * @throws dev.tidemark.schemas.DensityException if they don't follow the last ones
     */
    public void advance(List<Change> changes) {
        sequence.accept(new RevisionRange(
                changes.get(0).main(), changes.get(changes.size() - 1).main()));
        overlap.add(changes);
        if (crossCheck.isPresent()) {
            changes.forEach(watched::add);
            watched.complete();
            crossCheck = crossCheck.filter(check -> !check.isOverAfter(last()));
        }
    }
}
