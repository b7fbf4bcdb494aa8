package dev.tidemark.archive.seal;

import java.io.IOException;
import java.io.InputStream;

/** A stream whose beginning could not be read: whoever reads it meets what was wrong. */
final class BrokenStream extends InputStream {
    private final InputStream in;
    private final IOException problem;

    BrokenStream(InputStream in, IOException problem) {
        this.in = in;
        this.problem = problem;
    }

    @Override
    public int read() throws IOException {
        throw problem;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        throw problem;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Closes what is not read any more. */
    static void closeQuietly(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            // Nothing more was wanted of it.
        }
    }
}
