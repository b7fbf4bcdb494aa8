package dev.tidemark.etcd.file;

import dev.tidemark.schemas.Failure;
import java.nio.file.Path;

/** A file is not a sound etcd database: truncated, with flipped bits, or something else altogether. */
public final class DamagedFileException extends EtcdFileException {
    private static final long serialVersionUID = 1L;

    /** The damage is not on one page. */
    public static final long NO_PAGE = -1;

    private final long page;

    DamagedFileException(Path file, long page, String what) {
        super(
                Failure.VERIFICATION,
                file + (page == NO_PAGE ? "" : ": page " + page) + ": " + what,
                "take the snapshot again; a file copied from a running member's data directory is not a snapshot");
        this.page = page;
    }

    /** The number of the damaged page, or {@link #NO_PAGE}. */
    public long page() {
        return page;
    }
}
