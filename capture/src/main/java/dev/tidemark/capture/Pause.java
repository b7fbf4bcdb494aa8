package dev.tidemark.capture;

import dev.tidemark.schemas.Failure;
import java.time.Duration;

/** Waits, and what an interrupted wait means: capture is being closed. */
public final class Pause {
    private Pause() {}

    /** Waits. */
    public static void of(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** What an interrupted wait ends with. */
    public static CaptureException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CaptureException(Failure.UNAVAILABLE, "capture was interrupted", "", e);
    }
}
