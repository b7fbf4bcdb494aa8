package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.ObjectInfo;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.TimeProof;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/**
 * A cluster's headers and manifests by their names, for who looks at every one of them. Each is judged by itself: that
 * it is whole, and what its name says. Names are those below the cluster's root. Thread-safe.
 */
public final class Manifests {
    private static final int MESSAGE_AT = 8;
    private static final int FINGERPRINT_AT = MESSAGE_AT + 2;
    private static final int CONCURRENT_READS = 8;

    private final ClusterObjects objects;
    private final ObjectReader reader;
    private final ObjectCodec codec;

    Manifests(ClusterObjects objects, ObjectReader reader, ObjectCodec codec) {
        this.objects = objects;
        this.reader = reader;
        this.codec = codec;
    }

    /** Names that begin with {@code prefix} and sort after {@code startAfter}, if that is not empty; at most so many. */
    public List<String> list(String prefix, String startAfter, int max) {
        String after = startAfter.isEmpty() ? "" : objects.full(startAfter);
        return objects.store().list(objects.full(prefix), after, max).stream()
                .map(ObjectInfo::name)
                .map(name -> name.substring(objects.root().length()))
                .toList();
    }

    /** An object's bytes as they are. */
    public byte[] get(String name) {
        return objects.get(name, Envelope::isWhole);
    }

    /** The bytes of some objects, in their order; a few are asked for at once. */
    public List<byte[]> getAll(List<String> names) {
        return Concurrent.map(names, CONCURRENT_READS, this::get);
    }

    /** The header in an object. */
    public Stored<GenerationHeader> header(String name, byte[] bytes) {
        return reader.header(name, bytes);
    }

    /** The base manifest in an object. */
    public Stored<BaseManifest> base(String generation, String name, byte[] bytes) {
        return reader.base(generation, name, bytes);
    }

    /** The synthetic base's manifest in an object. */
    public Stored<BaseManifest> synthetic(String generation, String name, byte[] bytes) {
        return reader.synthetic(generation, name, bytes);
    }

    /** The manifest of a base that retention keeps beside the chains, in an object; the caller holds it against its sum. */
    public Stored<BaseManifest> kept(String generation, KeptBase kept, byte[] bytes) {
        return reader.kept(generation, kept, bytes);
    }

    /** The proof of time in an object. */
    public Stored<TimeProof> time(String generation, String name, byte[] bytes) {
        return reader.time(generation, name, bytes);
    }

    /** The decision about retention in an object. */
    public Stored<Retention> retention(String name, byte[] bytes) {
        return reader.retention(name, bytes);
    }

    /** The side manifest in an object. */
    public Stored<SideManifest> side(String generation, String name, byte[] bytes) {
        return reader.side(generation, name, bytes);
    }

    /** The checkpoint manifest in an object. */
    public Stored<CheckpointManifest> checkpoint(String generation, int level, String name, byte[] bytes) {
        return reader.checkpoint(generation, level, name, bytes);
    }

    /** The base descriptor in an object. */
    public BaseDescriptor descriptor(String name, byte[] bytes) {
        return codec.decode(objects.full(name), ObjectKind.BASE_DESCRIPTOR, BaseDescriptor.class, bytes);
    }

    /** Who holds a partition, by the bytes of its claim, whose name stands below the archive's root. */
    public static String claimHolder(String name, byte[] bytes) {
        return new String(Envelope.open(name, ObjectKind.CLAIM, bytes), StandardCharsets.UTF_8);
    }

    /** The fingerprint of the schema that an object which could be decoded was written with. */
    public static OptionalLong fingerprint(byte[] object) {
        return object.length < FINGERPRINT_AT + Long.BYTES
                ? OptionalLong.empty()
                : OptionalLong.of(
                        ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN).getLong(FINGERPRINT_AT));
    }

    /**
     * Proves a schema object.
     *
     * @throws DamagedObjectException if it does not hold the schema of that fingerprint
     */
    public void checkSchema(long fingerprint, byte[] object) {
        SchemaObjects.parse(objects.full(ArchiveLayout.schema(fingerprint)), fingerprint, object);
    }
}
