package dev.tidemark.cli.upkeep;

import dev.tidemark.archive.retention.ExpiryReport;
import java.util.Optional;

/**
 * How the scheduled expiries of a cluster stand, in this process.
 *
 * @param cluster its name
 * @param runs those that came to an end
 * @param errors those that could not come to an end
 * @param deletedObjects what they deleted, all together
 * @param deletedBytes the bytes of that
 * @param problem why the last one did not come to an end; empty if it did
 * @param last the last one that did
 */
public record ExpiryStatus(
        String cluster,
        long runs,
        long errors,
        long deletedObjects,
        long deletedBytes,
        String problem,
        Optional<Last> last) {
    /**
     * An expiry that came to an end.
     *
     * @param startedAtMillis when it began, milliseconds since the epoch
     * @param endedAtMillis when it ended
     */
    public record Last(ExpiryReport report, long startedAtMillis, long endedAtMillis) {}

    static ExpiryStatus none(String cluster) {
        return new ExpiryStatus(cluster, 0, 0, 0, 0, "", Optional.empty());
    }

    ExpiryStatus after(Last now) {
        return new ExpiryStatus(
                cluster,
                runs + 1,
                errors,
                deletedObjects + now.report.deleted().objects(),
                deletedBytes + now.report.deleted().bytes(),
                "",
                Optional.of(now));
    }

    /** Another one has expired it instead: what kept this process from it is over. */
    ExpiryStatus afterAnother() {
        return new ExpiryStatus(cluster, runs, errors, deletedObjects, deletedBytes, "", last);
    }

    ExpiryStatus afterError(String why) {
        return new ExpiryStatus(cluster, runs, errors + 1, deletedObjects, deletedBytes, why, last);
    }
}
