package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.avro.SideRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.file.SeekableByteArrayInput;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;

/** The buckets beside the keys as an Avro container; in memory, since leases, users and roles are few beside the keys. */
final class SideFile {
    private static final int ZSTD_LEVEL = 3;

    private SideFile() {}

    static byte[] write(Iterable<SideRecord> pairs) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DataFileWriter<SideRecord> writer = new DataFileWriter<>(new SpecificDatumWriter<>(SideRecord.class))) {
            // Frame checksums, as in segments; the buffer pool is for many files at once.
            writer.setCodec(CodecFactory.zstandardCodec(ZSTD_LEVEL, true, false));
            writer.create(SideRecord.getClassSchema(), out);
            for (SideRecord pair : pairs) {
                writer.append(pair);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return out.toByteArray();
    }

    /** The fingerprint of the writer's schema. */
    static long schema(String name, byte[] bytes) {
        try (DataFileReader<GenericRecord> reader =
                new DataFileReader<>(new SeekableByteArrayInput(bytes), new GenericDatumReader<>())) {
            return SchemaNormalization.parsingFingerprint64(reader.getSchema());
        } catch (IOException | AvroRuntimeException e) {
            throw new DamagedObjectException(name, "cannot be decoded: " + e.getMessage(), e);
        }
    }

    /** The pairs by bucket, both in the order in which they were written. */
    static Map<String, List<SideRecord>> read(String name, byte[] bytes) {
        Map<String, List<SideRecord>> buckets = new LinkedHashMap<>();
        try (DataFileReader<SideRecord> reader = new DataFileReader<>(
                new SeekableByteArrayInput(bytes),
                new SpecificDatumReader<>(
                        SideRecord.getClassSchema(), SideRecord.getClassSchema(), ArchiveRecords.MODEL))) {
            for (SideRecord pair : reader) {
                buckets.computeIfAbsent(pair.getBucket(), bucket -> new ArrayList<>())
                        .add(pair);
            }
        } catch (IOException | AvroRuntimeException e) {
            throw new DamagedObjectException(name, "cannot be decoded: " + e.getMessage(), e);
        }
        return buckets;
    }
}
