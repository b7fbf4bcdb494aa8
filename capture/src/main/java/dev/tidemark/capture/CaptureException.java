package dev.tidemark.capture;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** What can go wrong with capture; clusters, endpoints, topics and revisions are named. */
public final class CaptureException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    /** A failure that another one has led to. */
    public CaptureException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    /** What is said when something died that nothing of ours can mend, such as a thread without memory. */
    public static CaptureException broken(String what, Error cause) {
        return new CaptureException(
                Failure.INTERNAL,
                what + " has died: " + cause,
                "give the JVM more memory if that is what it lacks",
                cause);
    }

    /** A failure, and what to do about it. */
    public CaptureException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }
}
