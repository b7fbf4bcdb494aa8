package dev.tidemark.sandbox.faults;

/** What may become of a request on its way to an S3 store and back. */
public enum S3Fault {
    /** It arrives, and so does its answer. */
    NONE,
    /** The connection is reset before the store hears of it. */
    RESET,
    /** The answer is 500 or 503; the store does not hear of it. */
    FAILED,
    /** The answer is 503 SlowDown; the store does not hear of it. */
    THROTTLED,
    /** The connection is reset in the middle of its body, or in the middle of the answer's where it has none. */
    CUT,
    /** One bit of the answer's body is another one; the headers stay. */
    CORRUPTED,
    /** The store does what it was asked to; the connection is reset instead of the answer. */
    LOST
}
