package dev.tidemark.archive.retention;

import dev.tidemark.schemas.avro.KeptBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Chooses which bases stay beyond the time in which every revision does. */
final class KeptPoints {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final RetentionPolicy policy;
    private final long asOfMillis;

    KeptPoints(RetentionPolicy policy, long asOfMillis) {
        this.policy = policy;
        this.asOfMillis = asOfMillis;
    }

    /**
     * Of some bases those that are the last before a full hour, or day, that is kept.
     *
     * @param bases by revision
     * @param untilMillis when what follows the last one begins
     */
    List<KeptBase> of(List<KeptBase> bases, long untilMillis) {
        List<KeptBase> kept = new ArrayList<>();
        for (int i = 0; i < bases.size(); i++) {
            long from = bases.get(i).getCapturedAtMillis();
            long until = i + 1 < bases.size() ? bases.get(i + 1).getCapturedAtMillis() : untilMillis;
            if (standsFor(from, until, HOUR, policy.hourly()) || standsFor(from, until, DAY, policy.daily())) {
                kept.add(bases.get(i));
            }
        }
        return kept;
    }

    /** Whether a full hour, or day, of those that are kept lies between two times, the second one exclusive. */
    private boolean standsFor(long from, long until, Duration step, Duration keptFor) {
        long start = Math.max(from, asOfMillis - keptFor.toMillis());
        long full = Math.floorDiv(start + step.toMillis() - 1, step.toMillis()) * step.toMillis();
        return full < until;
    }
}
