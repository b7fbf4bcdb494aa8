package dev.tidemark.capture.generation;

import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.capture.source.AdminRights;
import dev.tidemark.capture.source.Members;
import dev.tidemark.capture.spool.Spool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What a generation's snapshots need beside the generation.
 *
 * @param members connections of its own
 * @param directory the spool's, where snapshots are put
 * @param ids fresh ULIDs
 * @param spool takes what is to be said in the topic, or the error that ends capture
 * @param rights is told whether a snapshot may be taken
 * @param snapshotTime how long one may take now
 */
public record Surroundings(
        Members members,
        ClusterArchive archive,
        Path directory,
        Supplier<String> ids,
        WarpedClock clock,
        Spool spool,
        AdminRights rights,
        Supplier<Duration> snapshotTime) {
    /** The same with other connections. */
    Surroundings with(Members others) {
        return new Surroundings(others, archive, directory, ids, clock, spool, rights, snapshotTime);
    }
}
