package dev.tidemark.archive.store;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;

/** An object that should be there is not. */
public final class MissingObjectException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    private final String name;

    public MissingObjectException(String name, String store, Throwable cause) {
        super(
                Failure.VERIFICATION,
                name + " is missing in " + store,
                "try again; if it stays missing, put it back from a copy of the archive, or choose another target",
                cause);
        this.name = name;
    }

    /** The missing object's name. */
    public String name() {
        return name;
    }
}
