package dev.tidemark.cli.drill;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** No etcd could be booted. */
final class DrillException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    DrillException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    DrillException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }
}
