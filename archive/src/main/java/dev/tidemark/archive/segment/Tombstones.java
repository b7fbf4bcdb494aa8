package dev.tidemark.archive.segment;

/** Which last tombstones stay among the survivors. */
public enum Tombstones {
    /** All: for a checkpoint or level, which must still hide older puts. */
    ALL,
    /** Those of the target revision itself: for a base, as etcd's own compaction does. */
    OF_TARGET,
    /** None: only live keys. */
    NONE
}
