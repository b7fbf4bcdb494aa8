package dev.tidemark.archive;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** The root of what can go wrong with the archive; objects are always named. */
public class ArchiveException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    public ArchiveException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    public ArchiveException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }
}
