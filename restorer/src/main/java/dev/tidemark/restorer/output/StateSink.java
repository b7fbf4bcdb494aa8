package dev.tidemark.restorer.output;

import dev.tidemark.etcd.file.FileContents;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.schemas.Change;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Takes the records of one restore, in revision order; on one thread. Without {@link #finish} it leaves nothing. */
public interface StateSink extends Closeable {
    /**
     * An official etcd snapshot.
     *
     * @param marks the revision that both compaction marks will say
     * @param scratch an existing directory: what goes to a stream is written there first
     */
    static StateSink database(Output output, long marks, Path scratch) {
        return DatabaseSink.to(output, marks, scratch);
    }

    /** One JSON document a line, one for each live key (docs/cli.md). */
    static StateSink jsonLines(Output output) {
        return new JsonLinesSink(output);
    }

    /** An Avro container of segment records, one for each live key. */
    static StateSink avro(Output output) {
        return new AvroSink(output);
    }

    /** Takes the next record. */
    void record(Change change, Liveness liveness);

    /**
     * Ends the output and puts it in its place.
     *
     * @param side leases and auth of what was taken; only a database holds them
     */
    Written finish(FileContents side);

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
