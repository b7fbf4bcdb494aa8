package dev.tidemark.restorer.output;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a restore goes. */
public sealed interface Output {
    /**
     * A file, which appears whole or not at all.
     *
     * @param path its name
     * @param existing what happens if it is there already
     */
    record ToFile(Path path, Existing existing) implements Output {
        @Override
        public void check() {
            Path whole = path.toAbsolutePath();
            if (Files.exists(whole) && !Files.isRegularFile(whole)) {
                throw OutputException.noFile(whole);
            }
            if (!Files.isDirectory(whole.getParent())) {
                throw OutputException.noDirectory(whole.getParent());
            }
            if (Files.exists(whole) && existing == Existing.REFUSE) {
                throw OutputException.exists(whole);
            }
        }
    }

    /**
     * A stream, which stays open.
     *
     * @param stream the stream
     */
    record ToStream(OutputStream stream) implements Output {
        @Override
        public void check() {
            // whatever may be wrong with it shows when it is written to
        }
    }

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

    /**
     * Makes sure that something may be written here.
     *
     * @throws OutputException if it exists and must not be replaced, or cannot be a file
     */
    void check();
}
