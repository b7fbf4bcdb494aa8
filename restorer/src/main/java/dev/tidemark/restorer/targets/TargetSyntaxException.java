package dev.tidemark.restorer.targets;

import dev.tidemark.restorer.RestoreException;
import dev.tidemark.schemas.Failure;

/** A text does not name a moment. */
public final class TargetSyntaxException extends RestoreException {
    private static final long serialVersionUID = 1L;

    TargetSyntaxException(String text, String problem) {
        super(
                Failure.USAGE,
                "\"" + text + "\" does not name a moment: " + problem,
                "a moment is latest, a revision (184467 or GENERATION:184467), a time (2026-11-22T10:00:00Z or -15m), "
                        + "before:REVISION or before-delete:KEY");
    }
}
