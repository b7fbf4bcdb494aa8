package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.RestoreException;
import dev.tidemark.restorer.history.Hole;
import dev.tidemark.schemas.Failure;
import java.util.Optional;

/** The asked moment is outside of what is kept, or in a hole; says what could be had instead, and takes none of it. */
public final class UnreachableTargetException extends RestoreException {
    private static final long serialVersionUID = 1L;

    private final transient Neighbours neighbours;
    private final transient Hole hole;

    UnreachableTargetException(String problem, Hole hole, Neighbours neighbours) {
        super(
                Failure.UNREACHABLE_TARGET,
                hole == null ? problem : problem + ": " + hole,
                neighbours.isEmpty() ? "tidemark info lists what can be restored" : "could be had: " + neighbours);
        this.hole = hole;
        this.neighbours = neighbours;
    }

    /** The hole that the target fell into; empty if it lies outside of all that was ever captured. */
    public Optional<Hole> hole() {
        return Optional.ofNullable(hole);
    }

    /** The nearest restorable moments. */
    public Neighbours neighbours() {
        return neighbours;
    }
}
