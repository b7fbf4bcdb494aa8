package dev.tidemark.restorer.output;

import dev.tidemark.restorer.RestoreException;
import dev.tidemark.schemas.Failure;
import java.io.IOException;
import java.nio.file.Path;

/** The output of a restore exists already, or cannot be written. */
public final class OutputException extends RestoreException {
    private static final long serialVersionUID = 1L;

    private OutputException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    static OutputException exists(Path path) {
        return new OutputException(Failure.REFUSED, path + " exists", "name another file, or give --force", null);
    }

    /** A directory or a device: what took its name would be a file in its place. */
    static OutputException noFile(Path path) {
        return new OutputException(
                Failure.REFUSED, path + " is not a regular file", "name a file, or - for stdout", null);
    }

    static OutputException noDirectory(Path path) {
        return new OutputException(
                Failure.USAGE, path + ": there is no such directory", "make it, or name another file", null);
    }

    static OutputException broken(String where, IOException cause) {
        return new OutputException(
                Failure.UNAVAILABLE,
                "writing to " + where + " failed: " + cause,
                "check the disk's free space, its health and the permissions",
                cause);
    }
}
