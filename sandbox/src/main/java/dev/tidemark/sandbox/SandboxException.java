package dev.tidemark.sandbox;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** A real server could not be found, built, started or asked, or a workload could not be written to it. */
public final class SandboxException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    public SandboxException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }

    public SandboxException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }
}
