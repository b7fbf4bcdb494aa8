package dev.tidemark.archive.store;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;

/** The store answered, and will answer the same again: wrong credentials, no permission, a missing bucket. */
public final class StoreRefusedException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    public StoreRefusedException(String message, String hint, Throwable cause) {
        super(Failure.USAGE, message, hint, cause);
    }
}
