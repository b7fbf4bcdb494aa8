package dev.tidemark.schemas;

/** A record or object is not in a format that this version of Tidemark knows, or its bytes are damaged. */
public final class SchemaException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    public SchemaException(String message, String hint, Throwable cause) {
        super(Failure.VERIFICATION, message, hint, cause);
    }

    public SchemaException(String message, String hint) {
        super(Failure.VERIFICATION, message, hint);
    }
}
