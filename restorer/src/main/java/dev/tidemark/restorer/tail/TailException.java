package dev.tidemark.restorer.tail;

import dev.tidemark.restorer.RestoreException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;

/** What the topic holds beyond the archive could not be read, or is not what the archive expects there. */
public final class TailException extends RestoreException {
    private static final long serialVersionUID = 1L;

    /** What can be had without the topic, and how. */
    private static final String WITHOUT =
            "--archive-only restores what the archive alone holds; or name a revision that tidemark info shows";

    private TailException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    static TailException unavailable(String topic, String problem, Throwable cause) {
        return new TailException(
                Failure.UNAVAILABLE,
                "Kafka gave no answer about " + topic + ": " + problem,
                "check kafka.bootstrap.servers; while Kafka is away " + WITHOUT,
                cause);
    }

    static TailException refused(String topic, Throwable cause) {
        return new TailException(
                Failure.USAGE,
                "Kafka refuses to read " + topic + ": " + cause.getMessage(),
                "check the credentials in kafka.* and the permission to read and describe the topic",
                cause);
    }

    static TailException misconfigured(String topic, Throwable cause) {
        return new TailException(
                Failure.USAGE,
                "Kafka's client cannot be made to read " + topic + ": " + cause.getMessage(),
                "check the kafka.* settings",
                cause);
    }

    static TailException damaged(String topic, TidemarkException cause) {
        return new TailException(cause.failure(), topic + " cannot be believed: " + cause.getMessage(), WITHOUT, cause);
    }

    /** The topic no longer holds what follows the archive. */
    static TailException lost(String topic, String problem) {
        return new TailException(
                Failure.UNREACHABLE_TARGET,
                topic + " does not go on where the archive ends: " + problem,
                WITHOUT,
                null);
    }
}
