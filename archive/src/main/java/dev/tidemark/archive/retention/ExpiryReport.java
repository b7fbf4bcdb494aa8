package dev.tidemark.archive.retention;

import java.time.Instant;
import java.util.Optional;

/**
 * What a run of expire did, or would do.
 *
 * @param locks what became of the locks of what restores need
 * @param condemned what nothing names any more, found by this run
 * @param waiting what earlier runs had found, and whose time has not come
 * @param deleted what was deleted, or would be
 * @param nextAt when the next of what waits may be deleted, by the store's clock; empty if nothing waits
 */
public record ExpiryReport(Locks locks, Amount condemned, Amount waiting, Amount deleted, Optional<Instant> nextAt) {}
