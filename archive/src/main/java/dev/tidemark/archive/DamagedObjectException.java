package dev.tidemark.archive;

import dev.tidemark.schemas.Failure;

/** An object of the archive is not what it claims to be: damaged, truncated, swapped, or of an unknown format. */
public final class DamagedObjectException extends ArchiveException {
    private static final long serialVersionUID = 1L;
    private static final String HINT =
            "nothing was taken from it; put it back from a copy of the archive, or choose a target that does not need it";

    private final String object;

    public DamagedObjectException(String object, String problem, Throwable cause) {
        super(Failure.VERIFICATION, object + ": " + problem, HINT, cause);
        this.object = object;
    }

    public DamagedObjectException(String object, String problem) {
        this(object, problem, null);
    }

    /** The object's name (or, for a local file, its path). */
    public String object() {
        return object;
    }
}
