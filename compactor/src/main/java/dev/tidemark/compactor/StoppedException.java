package dev.tidemark.compactor;

/** The work was told to stop; no failure, seen by nobody outside of this package. */
final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoppedException() {
        super("stopped", null, false, false);
    }
}
