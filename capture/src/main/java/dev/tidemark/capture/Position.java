package dev.tidemark.capture;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.RevisionSequence;
import java.util.List;
import java.util.Optional;

/** How far a generation was handed to the spool, and what is needed to go on from there. Used by one thread. */
final class Position {
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

    String generation() {
        return generation;
    }

    /** The last revision that was handed on. */
    long last() {
        return sequence.last();
    }

    Overlap overlap() {
        return overlap;
    }

    Stamper stamper() {
        return stamper;
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
    void advance(List<Change> changes) {
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
