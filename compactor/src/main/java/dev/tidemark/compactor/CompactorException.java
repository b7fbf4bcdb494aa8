package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** What can go wrong with the compactor; clusters, partitions and offsets are named. */
public final class CompactorException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    CompactorException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    CompactorException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }
}
