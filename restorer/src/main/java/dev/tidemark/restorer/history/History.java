package dev.tidemark.restorer.history;

import java.util.List;
import java.util.Optional;

/** All that is known of a cluster: what the planner plans with. */
public interface History {
    /** The generations, newest first. */
    List<Chapter> chapters();

    /** A generation that the topic has announced and the archive does not know yet. */
    Optional<PendingGeneration> pending();

    /** What an operator should know about what was asked and what was not; may be empty. */
    String note();

    /**
     * A generation without anything restorable.
     *
     * @param generation its id
     * @param baseRevision the revision of its snapshot
     * @param openedAtMillis when capture opened it, milliseconds since the epoch
     */
    record PendingGeneration(String generation, long baseRevision, long openedAtMillis) {}
}
