package dev.tidemark.restorer;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** The root of what can go wrong with a look into the past that is not the archive's or etcd's own fault. */
public class RestoreException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    public RestoreException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    public RestoreException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }
}
