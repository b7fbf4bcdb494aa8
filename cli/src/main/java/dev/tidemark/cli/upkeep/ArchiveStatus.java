package dev.tidemark.cli.upkeep;

import dev.tidemark.restorer.info.ArchiveFacts;
import java.util.Optional;

/**
 * How it stands with a cluster's archive.
 *
 * @param cluster its name
 * @param facts what was read last; empty if nothing was yet
 * @param problem why nothing newer could be read; empty if it could
 */
public record ArchiveStatus(String cluster, Optional<ArchiveFacts> facts, String problem) {
    static ArchiveStatus none(String cluster) {
        return new ArchiveStatus(cluster, Optional.empty(), "");
    }

    ArchiveStatus after(ArchiveFacts read) {
        return new ArchiveStatus(cluster, Optional.of(read), "");
    }

    ArchiveStatus afterError(String why) {
        return new ArchiveStatus(cluster, facts, why);
    }
}
