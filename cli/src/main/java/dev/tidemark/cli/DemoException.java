package dev.tidemark.cli;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** The demo cannot go on. */
final class DemoException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    DemoException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }
}
