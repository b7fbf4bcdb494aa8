package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.avro.SeenLease;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.file.SeekableByteArrayInput;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/** Leases that are too many for a manifest, as an Avro container. */
final class LeaseFile {
    /** More leases than these, about 150 KB, get an object of their own. */
    static final int INLINE = 10_000;

    private static final int ZSTD_LEVEL = 3;

    private LeaseFile() {}

    static byte[] write(List<SeenLease> leases) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DataFileWriter<SeenLease> writer = new DataFileWriter<>(new SpecificDatumWriter<>(SeenLease.class))) {
            writer.setCodec(CodecFactory.zstandardCodec(ZSTD_LEVEL, true, false));
            writer.create(SeenLease.getClassSchema(), out);
            for (SeenLease lease : leases) {
                writer.append(lease);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    /** Reads one after the other. */
    static void read(String name, byte[] bytes, Consumer<SeenLease> leases) {
        try (DataFileReader<SeenLease> reader = new DataFileReader<>(
                new SeekableByteArrayInput(bytes),
                new SpecificDatumReader<>(
                        SeenLease.getClassSchema(), SeenLease.getClassSchema(), ArchiveRecords.MODEL))) {
            reader.forEach(leases);
        } catch (IOException | AvroRuntimeException e) {
            throw new DamagedObjectException(name, "cannot be decoded: " + e.getMessage(), e);
        }
    }
}
