package dev.tidemark.restorer;

import dev.tidemark.etcd.file.EtcdDatabaseWriter;
import dev.tidemark.etcd.file.FileContents;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.etcd.file.WrittenDatabase;
import dev.tidemark.schemas.Change;
import java.nio.file.Path;
import java.util.Optional;

/** Writes an official etcd snapshot. */
final class DatabaseSink implements StateSink {
    private final EtcdDatabaseWriter writer;

    /**
     * A new file.
     *
     * @param marks the revision that both compaction marks will say
     */
    DatabaseSink(Path file, long marks) {
        this.writer = EtcdDatabaseWriter.create(file, marks);
    }

    @Override
    public void record(Change change, Liveness liveness) {
        writer.append(change, liveness);
    }

    @Override
    public Written finish(SideState side) {
        WrittenDatabase written = writer.finish(
                new FileContents(side.allLeases(), side.auth(), side.authUsers(), side.authRoles(), Optional.empty()));
        return new Written(Optional.of(written.path()), written.bytes(), written.fileSha256(), written.hashKv());
    }

    @Override
    public void close() {
        writer.close();
    }
}
