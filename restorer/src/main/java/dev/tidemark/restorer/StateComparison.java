package dev.tidemark.restorer;

/** Compares what generations hold. */
@FunctionalInterface
interface StateComparison {
    /** Whether two generations hold the same state at a revision; may read both. */
    boolean areSame(long revision, Chapter one, Chapter other);
}
