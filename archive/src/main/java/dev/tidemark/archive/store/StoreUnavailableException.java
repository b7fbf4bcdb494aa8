package dev.tidemark.archive.store;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;

/** The store gave no usable answer within the time allowed; nothing is known about the operation's effect. */
public final class StoreUnavailableException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message, String hint, Throwable cause) {
        super(Failure.UNAVAILABLE, message, hint, cause);
    }
}
