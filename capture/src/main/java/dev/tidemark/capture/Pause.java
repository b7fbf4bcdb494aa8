package dev.tidemark.capture;

import dev.tidemark.schemas.Failure;
import java.time.Duration;

/** Waits, and what an interrupted wait means: capture is being closed. */
final class Pause {
    private Pause() {}

    static void of(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static CaptureException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CaptureException(Failure.UNAVAILABLE, "capture was interrupted", "", e);
    }
}
