package dev.tidemark.compactor;

/**
 * How it stands with one partition.
 *
 * @param partition the partition
 * @param phase what it is doing
 * @param cluster the cluster's name; empty until a record told it
 * @param generation the newest generation's id; empty if there is none yet
 * @param committedRevision the last revision that stands in a checkpoint, or the generation's base revision before the
 *     first
 * @param committedOffset the first offset of the topic that no checkpoint contains
 * @param foldedRevision the last revision read; those after {@code committedRevision} are in the open interval
 * @param openSinceMillis timestamp of the open interval's first record; 0 if the interval is empty
 * @param openBytes record bytes in the open interval
 * @param backlogBytes bytes delivered and not yet read
 * @param commits checkpoints committed by this process
 * @param upkeepFailing what keeps levels and bases from being made; empty if nothing does. Folding goes on
 * @param problem what is waited for, or why it stopped; empty if all is well
 */
public record PartitionHealth(
        int partition,
        Phase phase,
        String cluster,
        String generation,
        long committedRevision,
        long committedOffset,
        long foldedRevision,
        long openSinceMillis,
        long openBytes,
        long backlogBytes,
        long commits,
        String upkeepFailing,
        String problem) {
    /** What a partition is doing. */
    public enum Phase {
        /** Nothing has come yet. */
        IDLE,
        /** It reads what came before Streams' first record. */
        CATCHING_UP,
        /** It folds what Streams delivers. */
        FOLDING,
        /** The store or Kafka gives no answer; it is asked again until it does. */
        WAITING,
        /** The generation ended in a hole; the next one is waited for. */
        IN_HOLE,
        /** It has stopped with an error. */
        STOPPED
    }
}
