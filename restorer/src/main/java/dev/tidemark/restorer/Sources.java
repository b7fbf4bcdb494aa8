package dev.tidemark.restorer;

import dev.tidemark.archive.catalog.ClusterArchive;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * Where the past is read from.
 *
 * @param archive the cluster's archive
 * @param topic how the revisions topic is reached, for what is not in the archive yet; empty: the archive alone
 * @param scratch an existing directory for temporary files
 * @param clock decides what lies in the future
 */
public record Sources(ClusterArchive archive, Optional<TailSettings> topic, Path scratch, Clock clock) {}
