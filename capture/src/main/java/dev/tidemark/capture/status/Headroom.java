package dev.tidemark.capture.status;

import java.util.OptionalLong;

/**
 * How far capture is ahead of the source's compaction. What is compacted before it was captured is a hole, and a hole
 * costs a new base.
 *
 * @param compactRevision the source's compact revision, as far as it is known
 * @param revisions how far the topic is ahead of it; negative if it has been overtaken
 * @param millis after how long a compaction would overtake the topic if nothing more were captured from now on; empty
 *     until it is known when the source compacts
 * @param usualMillis what is usual there: the time between two compactions, or the history that they leave if that is
 *     more; empty until it is known
 * @param verdict whether somebody should look
 */
public record Headroom(
        long compactRevision, long revisions, OptionalLong millis, OptionalLong usualMillis, Verdict verdict) {
    /** Whether somebody should look. */
    public enum Verdict {
        /** There is time. */
        ENOUGH,
        /** Capture lags, and less than half of the usual time is left. */
        SHORT
    }
}
