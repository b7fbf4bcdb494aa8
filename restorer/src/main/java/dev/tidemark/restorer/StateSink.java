package dev.tidemark.restorer;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Takes the records of one restore, in revision order; on one thread. Without {@link #finish} it leaves nothing. */
interface StateSink extends RecordPass.Sink, Closeable {
    /**
     * Ends the output and puts it in its place.
     *
     * @param side leases and auth of what was taken
     */
    Written finish(SideState side);

    @Override
    void close();

    /**
     * A finished output.
     *
     * @param path the file; empty for a stream
     * @param bytes its length
     * @param sha256 of its bytes, lower-case hex
     * @param hash HashKV; empty if it is not a database or has no live key
     */
    record Written(Optional<Path> path, long bytes, String sha256, OptionalLong hash) {}
}
