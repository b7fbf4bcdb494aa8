package dev.tidemark.compactor;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** A record of the topic cannot be folded: unreadable, of another cluster or generation, or after a hole. */
final class LogDefectException extends TidemarkException {
    private static final long serialVersionUID = 1L;
    private static final String HINT =
            "what stands before it is in the archive; folding goes on with the next generation, which capture begins when it"
                    + " next looks at the topic's end: restart it if it has not done so after some minutes";

    private final long offset;

    LogDefectException(long offset, String problem, Throwable cause) {
        super(Failure.VERIFICATION, "offset " + offset + ": " + problem, HINT, cause);
        this.offset = offset;
    }

    /** The record's offset. */
    long offset() {
        return offset;
    }
}
