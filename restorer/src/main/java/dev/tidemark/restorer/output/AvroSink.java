package dev.tidemark.restorer.output;

import dev.tidemark.etcd.file.FileContents;
import dev.tidemark.etcd.file.Liveness;
import dev.tidemark.schemas.Change;
import dev.tidemark.schemas.avro.SegmentRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.specific.SpecificDatumWriter;

/** Writes each live key as a segment record into an Avro container that stock tools open. */
final class AvroSink implements StateSink {
    private final DigestedOutput out;
    private final DataFileWriter<SegmentRecord> writer =
            new DataFileWriter<>(new SpecificDatumWriter<>(SegmentRecord.class));

    AvroSink(Output output) {
        this.out = DigestedOutput.to(output);
        writer.setCodec(CodecFactory.deflateCodec(1));
        try {
            writer.create(SegmentRecord.getClassSchema(), out);
        } catch (IOException e) {
            throw OutputException.broken(out.name(), e);
        }
    }

    @Override
    public void record(Change change, Liveness liveness) {
        if (change.isTombstone()) {
            return;
        }
        try {
            writer.append(new SegmentRecord(
                    change.main(),
                    change.sub(),
                    false,
                    ByteBuffer.wrap(change.key()),
                    ByteBuffer.wrap(change.value()),
                    change.createRevision(),
                    change.version(),
                    change.lease(),
                    change.capturedAtMillis(),
                    change.notBeforeMillis()));
        } catch (AvroRuntimeException e) {
            throw OutputException.broken(out.name(), new IOException(e));
        } catch (IOException e) {
            throw OutputException.broken(out.name(), e);
        }
    }

    @Override
    public Written finish(FileContents side) {
        try {
            writer.flush();
        } catch (IOException e) {
            throw OutputException.broken(out.name(), e);
        }
        return out.commit();
    }

    @Override
    public void close() {
        out.close();
    }
}
