package dev.tidemark.compactor;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.CommitPatience;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.avro.ArchivePolicy;
import java.time.Clock;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What all folds of a process share.
 *
 * @param cuts where the log is cut
 * @param policy how the archive of a new generation is cut; an old one keeps its own
 * @param topic the topic's name
 * @param store where archives are
 * @param commits how long a commit asks before it is begun again
 * @param attemptIds makes a fresh ULID at each call
 * @param spool where open intervals are
 * @param merges lets one merge of checkpoints run at a time
 * @param clock for what is shown; nothing is decided by it
 */
record Foundry(
        CutPolicy cuts,
        ArchivePolicy policy,
        String topic,
        ObjectStore store,
        CommitPatience commits,
        Supplier<String> attemptIds,
        Spool spool,
        Semaphore merges,
        Clock clock) {
    /** In the order of their coming: a cluster with much to catch up lets the others in after each piece. */
    static Semaphore oneMergeAtATime() {
        return new Semaphore(1, true);
    }

    /** A cluster's archive; nothing is asked yet. */
    ClusterArchive archive(String cluster) {
        return new ClusterArchive(store, cluster, commits);
    }
}
