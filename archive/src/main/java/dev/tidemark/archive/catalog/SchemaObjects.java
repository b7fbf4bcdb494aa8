package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SegmentRecord;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.avro.TimeProof;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.message.SchemaStore;

/**
 * Writer schemas by fingerprint: those of this version, and for what an older or newer one wrote those that stand in the
 * archive as {@code s/<fingerprint>}. A schema object is the schema's parsing canonical form, so its name proves it.
 * Thread-safe.
 */
final class SchemaObjects implements SchemaStore {
    private static final List<Schema> OWN = List.of(
            SegmentRecord.getClassSchema(),
            SideRecord.getClassSchema(),
            CheckpointManifest.getClassSchema(),
            BaseManifest.getClassSchema(),
            BaseDescriptor.getClassSchema(),
            SideManifest.getClassSchema(),
            SeenLease.getClassSchema(),
            TimeProof.getClassSchema(),
            GenerationHeader.getClassSchema());

    private final ClusterObjects cluster;
    private final Map<Long, Schema> known = new ConcurrentHashMap<>();
    private final Set<Long> written = ConcurrentHashMap.newKeySet();

    SchemaObjects(ClusterObjects cluster) {
        this.cluster = cluster;
        OWN.forEach(schema -> known.put(SchemaNormalization.parsingFingerprint64(schema), schema));
    }

    /** Sees to it that all schemas of this version stand in the archive; asks the store once per process. */
    void writeOwn() {
        for (Schema schema : OWN) {
            long fingerprint = SchemaNormalization.parsingFingerprint64(schema);
            if (!written.contains(fingerprint)) {
                write(ArchiveLayout.schema(fingerprint), schema);
                written.add(fingerprint);
            }
        }
    }

    /** Whoever wrote it: equal names hold equal bytes. But nothing is written with a schema that may not be there. */
    private void write(String name, Schema schema) {
        byte[] canonical = SchemaNormalization.toParsingForm(schema).getBytes(StandardCharsets.UTF_8);
        if (cluster.createIfAbsent(name, canonical) == CreateOutcome.UNKNOWN && !cluster.exists(name)) {
            throw new StoreUnavailableException(
                    "the schema " + cluster.full(name) + " could not be written to "
                            + cluster.store().uri(),
                    "is the store running? nothing is lost by trying again",
                    null);
        }
    }

    /** The schema, or null: how Avro wants it. */
    @Override
    public Schema findByFingerprint(long fingerprint) {
        return known.computeIfAbsent(fingerprint, this::read);
    }

    private Schema read(long fingerprint) {
        String name = ArchiveLayout.schema(fingerprint);
        if (!cluster.exists(name)) {
            return null;
        }
        String text = new String(cluster.get(name), StandardCharsets.UTF_8);
        try {
            Schema schema = new Schema.Parser().parse(text);
            if (SchemaNormalization.parsingFingerprint64(schema) == fingerprint) {
                return schema;
            }
        } catch (AvroRuntimeException e) {
            throw new DamagedObjectException(cluster.full(name), "is not an Avro schema", e);
        }
        throw new DamagedObjectException(cluster.full(name), "holds another schema than its name says");
    }
}
