package dev.tidemark.archive.seal;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;

/** The keys that are set are not those that are needed. */
public final class SealingException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    SealingException(String message, String hint) {
        this(Failure.USAGE, message, hint, null);
    }

    SealingException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }
}
