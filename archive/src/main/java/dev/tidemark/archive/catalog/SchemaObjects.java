package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.CreateOutcome;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.Condemned;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SegmentRecord;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.avro.TimeProof;
import dev.tidemark.schemas.avro.VerifyRun;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
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

    private static final int WRITE_TRIES = 10;

    /** Those of the records that mean nothing to readers; who writes one sees to its schema. */
    private static final List<Schema> RUNS = List.of(VerifyRun.getClassSchema(), DrillRun.getClassSchema());

    /** Those of what retention writes. */
    private static final List<Schema> RETENTION = List.of(Retention.getClassSchema(), Condemned.getClassSchema());

    private final ClusterObjects cluster;
    private final Map<Long, Schema> known = new ConcurrentHashMap<>();
    private final Set<Long> written = ConcurrentHashMap.newKeySet();

    SchemaObjects(ClusterObjects cluster) {
        this.cluster = cluster;
        Stream.of(OWN, RUNS, RETENTION)
                .flatMap(List::stream)
                .forEach(schema -> known.put(SchemaNormalization.parsingFingerprint64(schema), schema));
    }

    /** Sees to it that all schemas of this version stand in the archive; asks the store once per process. */
    void writeOwn() {
        write(OWN);
    }

    /** The same for the records of runs. */
    void writeRuns() {
        write(RUNS);
    }

    /** The same for what retention writes. */
    void writeRetention() {
        write(RETENTION);
    }

    private void write(List<Schema> schemas) {
        for (Schema schema : schemas) {
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
        for (int tries = 0; tries < WRITE_TRIES; tries++) {
            if (cluster.createIfAbsent(name, canonical) != CreateOutcome.UNKNOWN || cluster.exists(name)) {
                return;
            }
        }
        throw new StoreUnavailableException(
                "the schema " + cluster.full(name) + " could not be written to "
                        + cluster.store().uri(),
                "is the store running? nothing is lost by trying again",
                null);
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
        return parse(cluster.full(name), fingerprint, cluster.get(name, seen -> isWhole(name, fingerprint, seen)));
    }

    private static boolean isWhole(String name, long fingerprint, byte[] object) {
        try {
            parse(name, fingerprint, object);
            return true;
        } catch (DamagedObjectException e) {
            return false;
        }
    }

    /**
     * The schema in a schema object.
     *
     * @throws DamagedObjectException if it is not the one that the name says
     */
    static Schema parse(String name, long fingerprint, byte[] object) {
        String text = new String(object, StandardCharsets.UTF_8);
        try {
            Schema schema = new Schema.Parser().parse(text);
            if (SchemaNormalization.parsingFingerprint64(schema) == fingerprint) {
                return schema;
            }
        } catch (AvroRuntimeException e) {
            throw new DamagedObjectException(name, "is not an Avro schema", e);
        }
        throw new DamagedObjectException(name, "holds another schema than its name says");
    }
}
