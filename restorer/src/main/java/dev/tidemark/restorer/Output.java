package dev.tidemark.restorer;

import java.io.OutputStream;
import java.nio.file.Path;

/** Where a restore goes. */
public sealed interface Output {
    /**
     * A file, which appears whole or not at all.
     *
     * @param path its name
     * @param existing what happens if it is there already
     */
    record ToFile(Path path, Existing existing) implements Output {}

    /**
     * A stream, which stays open.
     *
     * @param stream the stream
     */
    record ToStream(OutputStream stream) implements Output {}

    /** What happens to a file that is there already. */
    enum Existing {
        /** Nothing: the restore is refused. */
        REFUSE,
        /** It is replaced. */
        REPLACE
    }

    /** A new file. */
    static Output newFile(Path path) {
        return new ToFile(path, Existing.REFUSE);
    }

    /** A file that may replace another. */
    static Output replacing(Path path) {
        return new ToFile(path, Existing.REPLACE);
    }

    /** A stream. */
    static Output stream(OutputStream stream) {
        return new ToStream(stream);
    }
}
