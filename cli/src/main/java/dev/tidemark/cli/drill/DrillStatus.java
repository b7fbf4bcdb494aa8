package dev.tidemark.cli.drill;

import dev.tidemark.restorer.verify.DrillReport;
import java.util.Optional;

/**
 * How the scheduled drills of a cluster stand, in this process.
 *
 * @param cluster its name
 * @param runs drills that came to an end
 * @param failures those that found a difference, or were refused what they wanted to restore
 * @param errors those that could not come to an end
 * @param problem why the last one could not come to an end, or what it found to be different; empty if all was well
 * @param last the last one that came to an end
 */
public record DrillStatus(String cluster, long runs, long failures, long errors, String problem, Optional<Last> last) {
    /**
     * A drill that came to an end.
     *
     * @param endedAtMillis when, milliseconds since the epoch
     */
    public record Last(DrillReport report, long endedAtMillis) {}

    static DrillStatus none(String cluster) {
        return new DrillStatus(cluster, 0, 0, 0, "", Optional.empty());
    }

    DrillStatus after(DrillReport report, long endedAtMillis) {
        return new DrillStatus(
                cluster,
                runs + 1,
                failures + (report.ok() ? 0 : 1),
                errors,
                report.difference(),
                Optional.of(new Last(report, endedAtMillis)));
    }

    DrillStatus afterError(String why) {
        return new DrillStatus(cluster, runs, failures, errors + 1, why, last);
    }
}
