package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import java.time.Duration;

/** Waits between two looks at something outside of this process. */
final class Pause {
    private Pause() {}

    static void of(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException(Failure.INTERNAL, "interrupted while waiting", "", e);
        }
    }
}
