package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.archive.store.ObjectStore;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.Merge;
import dev.tidemark.schemas.avro.ObjectRef;
import dev.tidemark.schemas.avro.SeenLease;
import dev.tidemark.schemas.avro.SideRecord;
import dev.tidemark.schemas.avro.Synthesis;
import dev.tidemark.schemas.topic.TopicEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One cluster's archive in an object store: what is committed, and how more gets committed. Names of objects in
 * manifests stand below {@link #root}. Thread-safe; the store stays the caller's.
 */
public final class ClusterArchive {
    private final ObjectStore store;
    private final String cluster;
    private final ClusterObjects objects;
    private final SchemaObjects schemas;
    private final ObjectCodec codec;
    private final ObjectReader reader;
    private final CommitPatience patience;
    private final Settlement settlement;

    /** A cluster's archive with the standard patience for commits. */
    public ClusterArchive(ObjectStore store, String cluster) {
        this(store, cluster, CommitPatience.standard());
    }

    /** A cluster's archive; nothing is asked yet. */
    public ClusterArchive(ObjectStore store, String cluster, CommitPatience patience) {
        this.store = store;
        this.cluster = cluster;
        this.objects = new ClusterObjects(store, ArchiveLayout.clusterRoot(cluster));
        this.schemas = new SchemaObjects(objects);
        this.codec = new ObjectCodec(schemas);
        this.reader = new ObjectReader(objects, codec);
        this.patience = patience;
        this.settlement = new Settlement(objects, patience);
    }

    /** The cluster's configured name. */
    public String cluster() {
        return cluster;
    }

    /** The store. */
    public ObjectStore store() {
        return store;
    }

    /** What stands in the store before the names in manifests, for example {@code prod/}. */
    public String root() {
        return objects.root();
    }

    /** What is committed now; seven requests, or eight. */
    public Catalog catalog() {
        return Catalog.open(reader);
    }

    /** Every header and manifest by its name, judged one by one. */
    public Manifests manifests() {
        return new Manifests(objects, reader, codec);
    }

    /** What is decided about retention. */
    public RetentionChain retention() {
        return new RetentionChain(reader, settlement, schemas);
    }

    /** What may be deleted later. */
    public CondemnedLists condemned() {
        return new CondemnedLists(objects, codec, schemas);
    }

    /** What is kept of verifications and drills. */
    public RunRecords runs() {
        return new RunRecords(objects, codec, schemas);
    }

    /**
     * Opens a generation in the archive, under the next number; if it is there already, opens that.
     *
     * @throws ArchiveException of kind FENCED if another generation took the number meanwhile
     */
    public GenerationWriter openGeneration(GenerationDraft draft) {
        if (!draft.opened().cluster().equals(cluster)) {
            throw new IllegalArgumentException(
                    "generation of cluster " + draft.opened().cluster() + " in the archive of " + cluster);
        }
        schemas.writeOwn();
        return writer(new GenerationOpening(reader, settlement).open(draft));
    }

    /** A writer that goes on with the newest generation; empty if there is none. */
    public Optional<GenerationWriter> resumeNewest() {
        return reader.newestHeader().map(header -> writer(header.content()));
    }

    /** A writer for a generation that is in the archive, the newest or a former one; empty if it is not there. */
    public Optional<GenerationWriter> resume(String generation) {
        return header(generation).map(this::writer);
    }

    /** A writer for the levels of a generation that is in the archive; empty if it is not there. */
    public Optional<LevelWriter> levels(String generation) {
        return header(generation).map(header -> {
            schemas.writeOwn();
            return new LevelWriter(objects, reader, settlement, header);
        });
    }

    /** A writer for the synthetic bases of a generation that is in the archive; empty if it is not there. */
    public Optional<SyntheticWriter> syntheticBases(String generation) {
        return header(generation).map(header -> {
            schemas.writeOwn();
            return new SyntheticWriter(objects, reader, settlement, header);
        });
    }

    private Optional<GenerationHeader> header(String generation) {
        return reader.newestHeader()
                .flatMap(newest -> new GenerationOpening(reader, settlement).find(newest, generation));
    }

    private GenerationWriter writer(GenerationHeader header) {
        schemas.writeOwn();
        return GenerationWriter.open(objects, reader, settlement, header);
    }

    /** Uploads data under attempt names that {@code attemptIds} makes: a fresh ULID at each call. */
    public DataUploader uploader(Supplier<String> attemptIds) {
        return new DataUploader(objects, schemas, attemptIds);
    }

    /** Whether the descriptor and all data of a base that the topic announces stand there, so that it can be committed. */
    public boolean isUploaded(TopicEvent.BaseReady announced) {
        try {
            BaseDescriptor base = reader.descriptor(announced.descriptor(), announced.descriptorSha256());
            new BaseCommit(objects, reader, settlement, base.getGeneration()).requireData(base);
            return true;
        } catch (DamagedObjectException | MissingObjectException e) {
            return false;
        }
    }

    /** A base's other buckets, such as lease and auth: each bucket's pairs in the source's order. */
    public Map<String, List<SideRecord>> readSide(BaseDescriptor base) {
        return readSide(base.getSide());
    }

    /** The buckets of a side state: each bucket's pairs in the source's order. */
    public Map<String, List<SideRecord>> readSide(ObjectRef side) {
        return SideFile.read(objects.full(side.getName()), reader.proven(side.getName(), side.getSha256()));
    }

    /** The fingerprint of the schema that a side file or a lease file was written with. */
    public long schemaOfContainer(ObjectRef file) {
        return SideFile.schema(objects.full(file.getName()), reader.proven(file.getName(), file.getSha256()));
    }

    /** The leases that a checkpoint names, of whatever level. */
    public List<SeenLease> leases(CheckpointManifest checkpoint) {
        List<SeenLease> leases = new ArrayList<>();
        forEachLease(checkpoint, leases::add);
        return leases;
    }

    /** The leases that a base names beside its side state. */
    public List<SeenLease> leases(BaseManifest base) {
        List<SeenLease> leases = new ArrayList<>();
        forEachLease(base, leases::add);
        return leases;
    }

    /** As {@link #leases(CheckpointManifest)}, one after the other. */
    public void forEachLease(CheckpointManifest checkpoint, Consumer<SeenLease> leases) {
        Merge merge = checkpoint.getMerge();
        if (merge == null) {
            checkpoint
                    .getLeases()
                    .forEach(lease ->
                            leases.accept(new SeenLease(lease.getId(), lease.getTtlSeconds(), checkpoint.getLast())));
        } else {
            forEachLease(merge.getLeases(), merge.getLeaseFile(), leases);
        }
    }

    /** As {@link #leases(BaseManifest)}, one after the other. */
    public void forEachLease(BaseManifest base, Consumer<SeenLease> leases) {
        Synthesis synthesis = base.getSynthesis();
        if (synthesis != null) {
            forEachLease(synthesis.getLeases(), synthesis.getLeaseFile(), leases);
        }
    }

    /** All leases that a merged checkpoint or synthetic base remembers: those in it, or in the object that it names. */
    public List<SeenLease> readLeases(List<SeenLease> leases, ObjectRef leaseFile) {
        List<SeenLease> all = new ArrayList<>();
        forEachLease(leases, leaseFile, all::add);
        return all;
    }

    private void forEachLease(List<SeenLease> leases, ObjectRef leaseFile, Consumer<SeenLease> each) {
        if (leaseFile == null) {
            leases.forEach(each);
        } else {
            byte[] bytes = reader.proven(leaseFile.getName(), leaseFile.getSha256());
            LeaseFile.read(objects.full(leaseFile.getName()), bytes, each);
        }
    }

    /**
     * Claims a partition of the topic for this cluster, for good. Repeating it is harmless.
     *
     * @param topicId the topic's id as Kafka prints it
     * @throws ArchiveException of kind REFUSED if another cluster holds it
     */
    public void claim(String topicId, int partition) {
        String name = ArchiveLayout.claim(topicId, partition);
        byte[] own = Envelope.seal(ObjectKind.CLAIM, cluster.getBytes(StandardCharsets.UTF_8));
        byte[] found = new Settlement(new ClusterObjects(store, ""), patience).createAndRead(name, own);
        String holder = new String(Envelope.open(name, ObjectKind.CLAIM, found), StandardCharsets.UTF_8);
        if (!holder.equals(cluster)) {
            throw new ArchiveException(
                    Failure.REFUSED,
                    "partition " + partition + " of topic " + topicId + " belongs to cluster " + holder + ", not "
                            + cluster + " (" + name + ")",
                    "give cluster " + cluster + " a partition of its own");
        }
    }
}
