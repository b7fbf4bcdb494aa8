package dev.tidemark.restorer.verify;

import dev.tidemark.restorer.RestoreException;
import dev.tidemark.schemas.Failure;

/** The end of a proof that was told to stop. */
final class Interrupted {
    private Interrupted() {}

    static RestoreException during(String what, InterruptedException cause) {
        return new RestoreException(
                Failure.UNAVAILABLE, "interrupted while " + what, "start again; nothing is lost by that", cause);
    }
}
