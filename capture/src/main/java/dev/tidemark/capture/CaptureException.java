package dev.tidemark.capture;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** What can go wrong with capture; clusters, endpoints, topics and revisions are named. */
public final class CaptureException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    CaptureException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    CaptureException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }
}
