package dev.tidemark.archive.catalog;

import static dev.tidemark.archive.catalog.Examples.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.segment.SegmentLimits;
import dev.tidemark.archive.store.MemoryStore;
import dev.tidemark.archive.store.StoreUnavailableException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.IndexRun;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.Merge;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.RunFile;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.SideRow;
import dev.tidemark.schemas.avro.SideState;
import dev.tidemark.schemas.avro.Synthesis;
import dev.tidemark.schemas.avro.TimeProof;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;

class FormatVersionsTest {
    private static final String HEADER = "prod/g/7fffffffffffffff";

    private final MemoryStore memory = new MemoryStore(InstantSource.system());
    private final ClusterArchive archive = new ClusterArchive(memory, CLUSTER, Examples.noPatience());

    @Test
    void everyKindOfObjectIsWrittenAsTheGoldenFileSaysAndReadBack() throws IOException {
        GenerationWriter writer = archive.openGeneration(Examples.generation(Examples.FANOUT));
        writer.commit(Examples.draft(101, 110));
        CheckpointManifest second = writer.commit(Examples.draft(111, 120)).manifest();
        UploadedBase base = Examples.uploaded(archive, Examples.base(100, 90));
        BaseManifest placed = writer.commitBase(base.descriptor(), base.sha256());

        golden("header", ObjectKind.GENERATION_HEADER, GenerationHeader.class, writer.header());
        golden("checkpoint", ObjectKind.CHECKPOINT, CheckpointManifest.class, second);
        golden("base", ObjectKind.BASE, BaseManifest.class, placed);
        golden("side", ObjectKind.SIDE, SideManifest.class, sideManifest());
        golden("merged", ObjectKind.CHECKPOINT, CheckpointManifest.class, merged(second));
        golden("synthetic", ObjectKind.SYNTHETIC_BASE, BaseManifest.class, synthetic());
        golden("time", ObjectKind.TIME, TimeProof.class, timeProof());
        golden("descriptor", ObjectKind.BASE_DESCRIPTOR, BaseDescriptor.class, Examples.base(100, 90));
    }

    private static CheckpointManifest merged(CheckpointManifest child) {
        ManifestRow row =
                new ManifestRow(1L, 111L, 120L, Examples.time(111), Examples.time(120), 1100L, "5a".repeat(32));
        return new CheckpointManifest(
                1,
                Examples.GENERATION,
                1,
                0L,
                "",
                111L,
                120L,
                Examples.time(111),
                Examples.time(120),
                "a5".repeat(32),
                child.getMembers(),
                List.of(),
                Examples.position(120),
                List.of(),
                List.of(),
                new Merge(List.of(row), List.of(new SeenLease(7L, 60L, 120L)), null, run(0)));
    }

    private static BaseManifest synthetic() {
        ManifestRow hour =
                new ManifestRow(1L, 101L, 120L, Examples.time(101), Examples.time(120), 1100L, "5a".repeat(32));
        ObjectRef side = new ObjectRef("d/" + Examples.GENERATION + "/a/side.avro", 321L, "a5".repeat(32));
        Synthesis synthesis = new Synthesis(
                100L,
                "ff".repeat(32),
                List.of(hour),
                new SideState(100L, 0L, Examples.time(100), side),
                List.of(),
                new ObjectRef("d/" + Examples.GENERATION + "/a/leases.avro", 12L, "5a".repeat(32)),
                List.of(run(100), new IndexRun(List.of(), 120L)));
        return new BaseManifest(1, 0L, "", Examples.base(120, 120), List.of(), List.of(), synthesis);
    }

    private static IndexRun run(long asOf) {
        ObjectRef file = new ObjectRef("d/" + Examples.GENERATION + "/a/000000.run", 333L, "5a".repeat(32));
        ByteBuffer from = ByteBuffer.wrap("key".getBytes(StandardCharsets.UTF_8));
        return new IndexRun(List.of(new RunFile(file, "a5".repeat(32), 20L, from, 111L, asOf)), 0L);
    }

    private static TimeProof timeProof() {
        return new TimeProof(
                1, Examples.GENERATION, 1L, "5a".repeat(32), 120L, Examples.time(500), Examples.position(130));
    }

    @Test
    void whatWasWrittenBeforeThereWereLevelsIsReadWithTheirDefaults() throws IOException {
        GenerationHeader header = former("header", ObjectKind.GENERATION_HEADER, GenerationHeader.class);
        assertThat(header.getPolicy()).isEqualTo(SegmentLimits.DEFAULT.policy(Examples.FANOUT));
        assertThat(former("checkpoint", ObjectKind.CHECKPOINT, CheckpointManifest.class)
                        .getMerge())
                .isNull();
        BaseManifest base = former("base", ObjectKind.BASE, BaseManifest.class);
        assertThat(base.getSynthesis()).isNull();
        assertThat(base.getPages()).isEmpty();
    }

    @Test
    void whatWasWrittenBeforeThereWereIndexRunsIsReadWithoutAny() throws IOException {
        Set<String> since = Set.of("run", "runs", "asOf", "last@IndexRun");
        former("before-runs", since, "base", ObjectKind.BASE, BaseManifest.class);
        former("before-runs", since, "checkpoint", ObjectKind.CHECKPOINT, CheckpointManifest.class);
        CheckpointManifest merged =
                former("before-runs", since, "merged", ObjectKind.CHECKPOINT, CheckpointManifest.class);
        assertThat(merged.getMerge().getRun()).isNull();
        assertThat(merged.getMerge().getLeases()).containsExactly(new SeenLease(7L, 60L, 120L));
        BaseManifest synthetic =
                former("before-runs", since, "synthetic", ObjectKind.SYNTHETIC_BASE, BaseManifest.class);
        assertThat(synthetic.getSynthesis().getRuns()).isEmpty();
        assertThat(synthetic.getSynthesis().getLeaseFile().getBytes()).isEqualTo(12);
    }

    @Test
    void whatWasWrittenBeforeLiveKeysWereWrittenPieceByPieceSaysNotHowFarBehindTheyAre() throws IOException {
        Set<String> since = Set.of("asOf", "last@IndexRun");
        former("before-pieces", since, "base", ObjectKind.BASE, BaseManifest.class);
        CheckpointManifest merged =
                former("before-pieces", since, "merged", ObjectKind.CHECKPOINT, CheckpointManifest.class);
        assertThat(merged.getMerge().getRun()).isEqualTo(run(0));
        BaseManifest synthetic =
                former("before-pieces", since, "synthetic", ObjectKind.SYNTHETIC_BASE, BaseManifest.class);
        assertThat(synthetic.getSynthesis().getRuns()).containsExactly(run(0), new IndexRun(List.of(), 0L));
    }

    private <T extends SpecificRecordBase> T former(String name, ObjectKind kind, Class<T> type) throws IOException {
        Set<String> since = Set.of("levels", "idleMillis", "merge", "pages@BaseManifest", "synthesis");
        return former("before-levels", since, name, kind, type);
    }

    /** An object as a former version wrote it, with its schemas in the archive. */
    private <T extends SpecificRecordBase> T former(
            String when, Set<String> since, String name, ObjectKind kind, Class<T> type) throws IOException {
        for (Schema schema : List.of(
                GenerationHeader.getClassSchema(),
                CheckpointManifest.getClassSchema(),
                BaseManifest.getClassSchema())) {
            Schema before = without(schema, since, new HashMap<>());
            String stored = "prod/" + ArchiveLayout.schema(SchemaNormalization.parsingFingerprint64(before));
            memory.delete(stored);
            memory.put(stored, SchemaNormalization.toParsingForm(before).getBytes(StandardCharsets.UTF_8));
        }
        ObjectCodec codec = new ObjectCodec(new SchemaObjects(new ClusterObjects(memory, "prod/")));
        return codec.decode(name, kind, type, goldenBytes(when + "/" + name));
    }

    private static Schema without(Schema schema, Set<String> fields, Map<String, Schema> known) {
        return switch (schema.getType()) {
            case ARRAY -> Schema.createArray(without(schema.getElementType(), fields, known));
            case UNION ->
                Schema.createUnion(schema.getTypes().stream()
                        .map(type -> without(type, fields, known))
                        .toList());
            case RECORD -> recordWithout(schema, fields, known);
            default -> schema;
        };
    }

    private static Schema recordWithout(Schema schema, Set<String> fields, Map<String, Schema> known) {
        if (!known.containsKey(schema.getFullName())) {
            List<Schema.Field> kept = schema.getFields().stream()
                    .filter(field ->
                            !fields.contains(field.name()) && !fields.contains(field.name() + "@" + schema.getName()))
                    .map(field -> new Schema.Field(field.name(), without(field.schema(), fields, known), field.doc()))
                    .toList();
            known.put(
                    schema.getFullName(),
                    Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), false, kept));
        }
        return known.get(schema.getFullName());
    }

    private static byte[] goldenBytes(String name) throws IOException {
        try (InputStream in = FormatVersionsTest.class.getResourceAsStream("/golden/catalog/" + name + ".hex")) {
            return HexFormat.of()
                    .parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        }
    }

    /** By hand: a container of Avro has other bytes each time that it is written. */
    private static SideManifest sideManifest() {
        ObjectRef object = new ObjectRef("d/" + Examples.GENERATION + "/a/side.avro", 321L, "a5".repeat(32));
        return new SideManifest(
                1,
                Examples.GENERATION,
                1L,
                "5a".repeat(32),
                new SideState(140L, 17L, Examples.time(140), object),
                List.of(new SideRow(0L, 120L, 16L, "5a".repeat(32))));
    }

    private <T extends SpecificRecordBase> void golden(String name, ObjectKind kind, Class<T> type, T message)
            throws IOException {
        byte[] written = ObjectCodec.encode(kind, message);
        assertThat(HexFormat.of().formatHex(written))
                .as(name)
                .isEqualTo(HexFormat.of().formatHex(goldenBytes(name)));
        ObjectCodec codec = new ObjectCodec(new SchemaObjects(new ClusterObjects(memory, "prod/")));
        assertThat(codec.decode(name, kind, type, written)).isEqualTo(message);
    }

    @Test
    void namesAreThoseOfTheFormat() {
        assertThat(ArchiveLayout.header(0)).isEqualTo("g/7fffffffffffffff");
        assertThat(ArchiveLayout.header(1)).isEqualTo("g/7ffffffffffffffe");
        assertThat(ArchiveLayout.checkpoint("GEN", 0, 7)).isEqualTo("m/GEN/0/7ffffffffffffff8");
        assertThat(ArchiveLayout.base("GEN", 16)).isEqualTo("m/GEN/base/7fffffffffffffef");
        assertThat(ArchiveLayout.syntheticBase("GEN", 1)).isEqualTo("m/GEN/synthetic/7ffffffffffffffe");
        assertThat(ArchiveLayout.timeProof("GEN", 1)).isEqualTo("m/GEN/time/7ffffffffffffffe");
        assertThat(ArchiveLayout.sideManifest("GEN", 1)).isEqualTo("m/GEN/side/7ffffffffffffffe");
        assertThat(ArchiveLayout.sequence("m/GEN/base/7fffffffffffffef")).isEqualTo(16);
        assertThat(ArchiveLayout.segment(ArchiveLayout.attempt("GEN", "TRY"), 12))
                .isEqualTo("d/GEN/TRY/000012.avro");
        assertThatThrownBy(() -> ArchiveLayout.sequence("m/GEN/base/x")).isInstanceOf(DamagedObjectException.class);
        assertThatThrownBy(() -> ArchiveLayout.clusterRoot("a/b")).hasMessageContaining("a/b");
        assertThatThrownBy(() -> ArchiveLayout.clusterRoot("_claims")).hasMessageContaining("_claims");
    }

    @Test
    void anUnknownFormatVersionIsRefusedByName() {
        GenerationHeader header =
                archive.openGeneration(Examples.generation(64)).header();
        header.put("formatVersion", 2);
        replaceHeader(ObjectCodec.encode(ObjectKind.GENERATION_HEADER, header));

        refused("archive format version 2");
    }

    @Test
    void aWriterSchemaThatNobodyKnowsIsRefusedByName() throws IOException {
        byte[] newer = writtenByANewerVersion(
                archive.openGeneration(Examples.generation(64)).header());
        replaceHeader(newer);

        refused("schema that is unknown here");
    }

    @Test
    void aWriterSchemaThatStandsInTheArchiveIsRead() throws IOException {
        GenerationHeader header =
                archive.openGeneration(Examples.generation(64)).header();
        replaceHeader(writtenByANewerVersion(header));
        Schema newer = newerSchema();
        memory.put(
                "prod/" + ArchiveLayout.schema(SchemaNormalization.parsingFingerprint64(newer)),
                SchemaNormalization.toParsingForm(newer).getBytes(StandardCharsets.UTF_8));

        assertThat(archive.catalog().newest().orElseThrow().header()).isEqualTo(header);
    }

    @Test
    void aSchemaObjectThatHoldsAnotherSchemaIsRefusedByName() throws IOException {
        replaceHeader(writtenByANewerVersion(
                archive.openGeneration(Examples.generation(64)).header()));
        String name = "prod/" + ArchiveLayout.schema(SchemaNormalization.parsingFingerprint64(newerSchema()));
        memory.put(name, "\"string\"".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(archive::catalog)
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining(name);
    }

    @Test
    void openingAGenerationLeavesAllSchemasInTheArchive() {
        archive.openGeneration(Examples.generation(64));

        assertThat(memory.list("prod/s/", "", 100)).hasSize(9);
        memory.list("prod/s/", "", 100).forEach(schema -> {
            String text = new String(memory.get(schema.name()), StandardCharsets.UTF_8);
            long fingerprint = SchemaNormalization.parsingFingerprint64(new Schema.Parser().parse(text));
            assertThat(schema.name()).isEqualTo("prod/" + ArchiveLayout.schema(fingerprint));
        });
    }

    @Test
    void nothingIsWrittenWithASchemaThatDidNotReachTheArchive() {
        FaultyStore store = new FaultyStore(memory);
        ClusterArchive faulty = new ClusterArchive(store, CLUSTER, Examples.noPatience());
        store.failNext(Integer.MAX_VALUE);
        assertThatThrownBy(() -> faulty.openGeneration(Examples.generation(64)))
                .isInstanceOf(StoreUnavailableException.class);
        assertThat(memory.list("", "", 10)).isEmpty();

        store.heal();
        store.failNext(1);
        store.loseNextAnswers(1);
        faulty.openGeneration(Examples.generation(64));
        assertThat(memory.list("prod/s/", "", 100)).hasSize(9);
    }

    private void refused(String why) {
        assertThatThrownBy(archive::catalog).isInstanceOfSatisfying(DamagedObjectException.class, e -> {
            assertThat(e.object()).isEqualTo(HEADER);
            assertThat(e.failure()).isEqualTo(Failure.VERIFICATION);
            assertThat(e).hasMessageContaining(why);
        });
    }

    private void replaceHeader(byte[] object) {
        memory.delete(HEADER);
        memory.put(HEADER, object);
    }

    /** A later version's header: one field more. */
    static Schema newerSchema() {
        Schema own = GenerationHeader.getClassSchema();
        List<Schema.Field> fields = new ArrayList<>();
        own.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("novelty", Schema.create(Schema.Type.LONG), "Not known yet.", 0L));
        return Schema.createRecord(own.getName(), own.getDoc(), own.getNamespace(), false, fields);
    }

    static byte[] writtenByANewerVersion(GenerationHeader header) throws IOException {
        GenericRecord newer = new GenericData.Record(newerSchema());
        GenerationHeader.getClassSchema()
                .getFields()
                .forEach(field -> newer.put(field.name(), header.get(field.pos())));
        newer.put("novelty", 7L);
        ByteBuffer payload =
                new BinaryMessageEncoder<GenericRecord>(GenericData.get(), newer.getSchema()).encode(newer);
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return Envelope.seal(ObjectKind.GENERATION_HEADER, bytes);
    }
}
