package dev.tidemark.cli.drill;

import dev.tidemark.restorer.verify.DrillReport;
import java.util.Optional;

/**
 * How the scheduled drills of a cluster stand, in this process.
 *
 * @param cluster its name
 * @param runs drills that came to an end
 * @param failures those that found a difference
 * @param errors those that could not come to an end
 * @param last the last one that did
 */
public record DrillStatus(String cluster, long runs, long failures, long errors, Optional<Last> last) {
    /**
     * A drill that came to an end.
     *
     * @param endedAtMillis when, milliseconds since the epoch
     */
    public record Last(DrillReport report, long endedAtMillis) {}

    static DrillStatus none(String cluster) {
        return new DrillStatus(cluster, 0, 0, 0, Optional.empty());
    }

    DrillStatus after(DrillReport report, long endedAtMillis) {
        return new DrillStatus(
                cluster,
                runs + 1,
                failures + (report.ok() ? 0 : 1),
                errors,
                Optional.of(new Last(report, endedAtMillis)));
    }

    DrillStatus afterError() {
        return new DrillStatus(cluster, runs, failures, errors + 1, last);
    }
}
