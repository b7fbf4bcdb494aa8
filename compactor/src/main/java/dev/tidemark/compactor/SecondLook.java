package dev.tidemark.compactor;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Believes a defect of the log only when it is seen twice, read anew from the archive's head: what Streams delivered may
 * have been of another topic, or torn by a change of leaders. Outlives the folds. Not thread-safe.
 */
final class SecondLook {
    private static final Logger LOG = LoggerFactory.getLogger(SecondLook.class);
    private static final long NONE = -1;

    private long suspect = NONE;

    /** Folds a record, and ends the generation before it if it turns out twice that it cannot be folded. */
    Fold.Step accept(Fold fold, LogRecord record) {
        try {
            return fold.accept(record);
        } catch (LogDefectException e) {
            if (suspect != record.offset()) {
                suspect = record.offset();
                LOG.warn("{}; reading it again", e.getMessage());
                return Fold.Step.REPLAY;
            }
            return fold.endInHole(record, e);
        }
    }
}
