package dev.tidemark.restorer.output;

import dev.tidemark.etcd.file.EtcdDatabaseWriter;
import dev.tidemark.etcd.file.FileContents;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.etcd.file.WrittenDatabase;
import dev.tidemark.schemas.Change;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Writes an official etcd snapshot: with random access, so a stream gets it only when it is whole. */
final class DatabaseSink implements StateSink {
    private final EtcdDatabaseWriter writer;
    private final Optional<OutputStream> stream;

    private DatabaseSink(Path file, long marks, Optional<OutputStream> stream) {
        this.writer = EtcdDatabaseWriter.create(file, marks);
        this.stream = stream;
    }

    static DatabaseSink to(Output output, long marks, Path scratch) {
        if (output instanceof Output.ToFile file) {
            return new DatabaseSink(file.path(), marks, Optional.empty());
        }
        OutputStream stream = ((Output.ToStream) output).stream();
        return new DatabaseSink(scratch.resolve("snapshot.db"), marks, Optional.of(stream));
    }

    @Override
    public void record(Change change, Liveness liveness) {
        writer.append(change, liveness);
    }

    @Override
    public Written finish(FileContents side) {
        WrittenDatabase written = writer.finish(side);
        stream.ifPresent(to -> copy(written.path(), to));
        Optional<Path> path = stream.isPresent() ? Optional.empty() : Optional.of(written.path());
        return new Written(path, written.bytes(), written.fileSha256(), written.hashKv());
    }

    private static void copy(Path whole, OutputStream stream) {
        try {
            Files.copy(whole, stream);
        } catch (IOException e) {
            throw OutputException.broken("the output stream", e);
        }
    }

    @Override
    public void close() {
        writer.close();
    }
}
