package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.history.Chapter;

/** Compares what generations hold. */
@FunctionalInterface
public interface StateComparison {
    /** Whether two generations hold the same state at a revision; may read both. */
    boolean areSame(long revision, Chapter one, Chapter other);
}
