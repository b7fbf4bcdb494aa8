package dev.tidemark.schemas.topic;

import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.LeaseTtl;
import dev.tidemark.schemas.RevisionRange;
import java.util.List;

/** What one record of the revisions topic, or a run of parts, says. */
public sealed interface TopicEvent {
    /** The generation's id, a ULID. */
    String generation();

    /**
     * A new unbroken run of revisions begins; its base is still being uploaded.
     *
     * @param cluster the cluster's configured name
     * @param sourceClusterId the source's etcd cluster id, as a 64-bit pattern
     * @param sourceVersion the source's server version
     * @param baseRevision R, the snapshot's revision; the first batch begins at R + 1
     * @param openedAtMillis when its snapshot was asked for, milliseconds since the epoch; nothing after R existed then
     * @param previous how the generation before it ended; null for a cluster's first
     */
    record GenerationOpened(
            String generation,
            String cluster,
            long sourceClusterId,
            String sourceVersion,
            long baseRevision,
            long openedAtMillis,
            GenerationEnd previous)
            implements TopicEvent {}

    /**
     * Whole consecutive revisions.
     *
     * @param range the main revisions, dense
     * @param leases leases that appear with these revisions for the first time, or again
     * @param changes the changes in (main, sub) order; may read from a file, so iterate it only inside the visit
     * @param encodedBytes bytes that the revisions take in the topic, uncompressed
     */
    record Revisions(
            String generation, RevisionRange range, List<LeaseTtl> leases, Iterable<Change> changes, long encodedBytes)
            implements TopicEvent {}

    /**
     * The base's data stands in the archive and waits for its manifest.
     *
     * @param baseRevision R, the snapshot's revision
     * @param descriptor name of the descriptor object in the archive
     * @param descriptorSha256 SHA-256 of that object, lower-case hex
     */
    record BaseReady(String generation, long baseRevision, String descriptor, String descriptorSha256)
            implements TopicEvent {}

    /**
     * A later state of the buckets beside the keys stands in the archive and waits for its manifest.
     *
     * @param revision R, the revision of the snapshot that it was taken from
     * @param authRevision the revision of the users and roles in it; 0 if it says none
     * @param takenAtMillis when the snapshot was taken, milliseconds since the epoch
     * @param object name of the object in the archive
     * @param bytes that object's length
     * @param sha256 SHA-256 of that object, lower-case hex
     */
    record SideReady(
            String generation,
            long revision,
            long authRevision,
            long takenAtMillis,
            String object,
            long bytes,
            String sha256)
            implements TopicEvent {}

    /**
     * Everything up to a revision stands before this record.
     *
     * @param revision the main revision, inclusive
     * @param atMillis when the source was asked, milliseconds since the epoch; nothing later existed then
     */
    record Progress(String generation, long revision, long atMillis) implements TopicEvent {}

    /**
     * Time passes, and nothing else is claimed.
     *
     * @param atMillis capture's clock, milliseconds since the epoch
     */
    record Tick(String generation, long atMillis) implements TopicEvent {}
}
