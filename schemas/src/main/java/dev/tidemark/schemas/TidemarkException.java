package dev.tidemark.schemas;

/**
 * The root of every error that Tidemark throws on purpose. The message says what failed, with names and ranges; the
 * hint says what to do next. Only {@code main} prints them, and services log both and go on.
 */
public abstract class TidemarkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Failure failure;
    private final String hint;

    protected TidemarkException(Failure failure, String message, String hint, Throwable cause) {
        super(message, cause);
        this.failure = failure;
        this.hint = hint;
    }

    protected TidemarkException(Failure failure, String message, String hint) {
        this(failure, message, hint, null);
    }

    /** What kind of failure this is. */
    public Failure failure() {
        return failure;
    }

    /** What the operator can do next, without the word "hint"; empty if there is nothing to say. */
    public String hint() {
        return hint;
    }

    /** The message and the hint in one line, for a log or a status. */
    public String withHint() {
        return hint.isEmpty() ? getMessage() : getMessage() + " (hint: " + hint + ")";
    }

    /** What went wrong in one line, with the hint if it is one of ours; of any other its class too. */
    public static String said(Throwable error) {
        return error instanceof TidemarkException known ? known.withHint() : error.toString();
    }
}
