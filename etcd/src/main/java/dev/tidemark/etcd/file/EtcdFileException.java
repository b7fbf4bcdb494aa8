package dev.tidemark.etcd.file;

import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.TidemarkException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Something is wrong with an etcd database file: unreadable, damaged, or not to be written like that. */
public class EtcdFileException extends TidemarkException {
    private static final long serialVersionUID = 1L;

    EtcdFileException(Failure failure, String message, String hint, Throwable cause) {
        super(failure, message, hint, cause);
    }

    EtcdFileException(Failure failure, String message, String hint) {
        super(failure, message, hint);
    }

    /** The one translation of I/O errors in this package. */
    static EtcdFileException io(String doing, Path file, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return new EtcdFileException(Failure.USAGE, doing + " " + file + ": no such file", "check the path", cause);
        }
        if (cause instanceof ClosedByInterruptException) {
            return new EtcdFileException(Failure.UNAVAILABLE, doing + " " + file + " was interrupted", "", cause);
        }
        return new EtcdFileException(
                Failure.UNAVAILABLE,
                doing + " " + file + " failed: " + cause,
                "check the disk's free space, its health and the permissions",
                cause);
    }

    /** Records that cannot stand in a file like that: a defect of the caller, found before etcd could find it. */
    static EtcdFileException refused(Path file, String what) {
        return new EtcdFileException(
                Failure.INTERNAL, "not written to " + file + ": " + what, "report this with the command's output");
    }
}
