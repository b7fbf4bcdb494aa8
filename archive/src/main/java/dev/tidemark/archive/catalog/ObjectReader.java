package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.avro.BaseDescriptor;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.SideManifest;
import dev.tidemark.schemas.avro.TimeProof;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;

/** Reads headers, manifests and descriptors, and believes none that is not what its name and its place say. */
final class ObjectReader {
    private final ClusterObjects objects;
    private final ObjectCodec codec;

    ObjectReader(ClusterObjects objects, ObjectCodec codec) {
        this.objects = objects;
        this.codec = codec;
    }

    /** The newest generation header. */
    Optional<Stored<GenerationHeader>> newestHeader() {
        return objects.newest(ArchiveLayout.headers()).map(name -> header(name, whole(name)));
    }

    /** A header whose bytes are proven by the one that names it. */
    Stored<GenerationHeader> header(long number, String sha256) {
        String name = ArchiveLayout.header(number);
        return header(name, proven(name, sha256));
    }

    Stored<GenerationHeader> header(String name, byte[] bytes) {
        GenerationHeader header = decode(name, ObjectKind.GENERATION_HEADER, GenerationHeader.class, bytes);
        agree(name, "number", header.getNumber(), ArchiveLayout.sequence(name));
        return stored(name, header, bytes);
    }

    /** The newest checkpoint of a level. */
    Optional<Stored<CheckpointManifest>> newestCheckpoint(String generation, int level) {
        return objects.newest(ArchiveLayout.checkpoints(generation, level))
                .map(name -> checkpoint(generation, level, name, whole(name)));
    }

    /** A checkpoint whose bytes are proven by the row or page that names it. */
    Stored<CheckpointManifest> checkpoint(String generation, int level, long seq, String sha256) {
        String name = ArchiveLayout.checkpoint(generation, level, seq);
        return checkpoint(generation, level, name, proven(name, sha256));
    }

    Stored<CheckpointManifest> checkpoint(String generation, int level, String name, byte[] bytes) {
        CheckpointManifest manifest = decode(name, ObjectKind.CHECKPOINT, CheckpointManifest.class, bytes);
        agree(name, "seq", manifest.getSeq(), ArchiveLayout.sequence(name));
        agree(name, "generation", manifest.getGeneration(), generation);
        agree(name, "level", manifest.getLevel(), level);
        return stored(name, manifest, bytes);
    }

    /** The newest base of a generation. */
    Optional<Stored<BaseManifest>> newestBase(String generation) {
        return objects.newest(ArchiveLayout.bases(generation)).map(name -> base(generation, name, whole(name)));
    }

    /** A base whose bytes are proven by the row that names it. */
    Stored<BaseManifest> base(String generation, long seq, String sha256) {
        String name = ArchiveLayout.base(generation, seq);
        return base(generation, name, proven(name, sha256));
    }

    Stored<BaseManifest> base(String generation, String name, byte[] bytes) {
        return base(generation, ObjectKind.BASE, name, bytes);
    }

    /** The newest synthetic base of a generation. */
    Optional<Stored<BaseManifest>> newestSynthetic(String generation) {
        return objects.newest(ArchiveLayout.syntheticBases(generation))
                .map(name -> synthetic(generation, name, whole(name)));
    }

    /** A synthetic base whose bytes are proven by the row or page that names it. */
    Stored<BaseManifest> synthetic(String generation, long seq, String sha256) {
        String name = ArchiveLayout.syntheticBase(generation, seq);
        return synthetic(generation, name, proven(name, sha256));
    }

    /** A synthetic base by its number alone: nothing proves it but its own sum and name. */
    Stored<BaseManifest> synthetic(String generation, long seq) {
        String name = ArchiveLayout.syntheticBase(generation, seq);
        return synthetic(generation, name, whole(name));
    }

    Stored<BaseManifest> synthetic(String generation, String name, byte[] bytes) {
        Stored<BaseManifest> stored = base(generation, ObjectKind.SYNTHETIC_BASE, name, bytes);
        if (stored.content().getSynthesis() == null) {
            throw new DamagedObjectException(objects.full(name), "does not say what it was worked out from");
        }
        return stored;
    }

    private Stored<BaseManifest> base(String generation, ObjectKind kind, String name, byte[] bytes) {
        BaseManifest manifest = decode(name, kind, BaseManifest.class, bytes);
        agree(name, "seq", manifest.getSeq(), ArchiveLayout.sequence(name));
        agree(name, "generation", manifest.getBase().getGeneration(), generation);
        return stored(name, manifest, bytes);
    }

    /** A base that retention keeps beside the chains; its bytes are not held against what retention says. */
    Stored<BaseManifest> kept(String generation, KeptBase kept, byte[] bytes) {
        String chain = ArchiveLayout.chain(generation, kept.getChain());
        String name = ArchiveLayout.link(chain, kept.getSeq());
        return chain.equals(ArchiveLayout.syntheticBases(generation))
                ? synthetic(generation, name, bytes)
                : base(generation, name, bytes);
    }

    /** The same, proven. */
    Stored<BaseManifest> kept(String generation, KeptBase kept) {
        String name = ArchiveLayout.link(ArchiveLayout.chain(generation, kept.getChain()), kept.getSeq());
        return kept(generation, kept, proven(name, kept.getSha256()));
    }

    /** The newest side state of a generation. */
    Optional<Stored<SideManifest>> newestSide(String generation) {
        return objects.newest(ArchiveLayout.sideManifests(generation)).map(name -> side(generation, name, whole(name)));
    }

    /** A side state whose manifest's bytes are proven by the row that names it. */
    Stored<SideManifest> side(String generation, long seq, String sha256) {
        String name = ArchiveLayout.sideManifest(generation, seq);
        return side(generation, name, proven(name, sha256));
    }

    Stored<SideManifest> side(String generation, String name, byte[] bytes) {
        SideManifest manifest = decode(name, ObjectKind.SIDE, SideManifest.class, bytes);
        agree(name, "seq", manifest.getSeq(), ArchiveLayout.sequence(name));
        agree(name, "generation", manifest.getGeneration(), generation);
        return stored(name, manifest, bytes);
    }

    /** The newest proof of time of a generation. */
    Optional<Stored<TimeProof>> newestTime(String generation) {
        return objects.newest(ArchiveLayout.timeProofs(generation)).map(name -> time(generation, name, whole(name)));
    }

    Stored<TimeProof> time(String generation, String name, byte[] bytes) {
        TimeProof proof = decode(name, ObjectKind.TIME, TimeProof.class, bytes);
        agree(name, "seq", proof.getSeq(), ArchiveLayout.sequence(name));
        agree(name, "generation", proof.getGeneration(), generation);
        return stored(name, proof, bytes);
    }

    /** What retention keeps now. */
    Optional<Stored<Retention>> newestRetention() {
        try {
            return objects.newest(ArchiveLayout.retentions()).map(name -> retention(name, whole(name)));
        } catch (MissingObjectException gone) {
            // old ones are deleted, perhaps since this was listed
            return objects.newest(ArchiveLayout.retentions()).map(name -> retention(name, whole(name)));
        }
    }

    /** What counts of a generation now; one listing, and a read where retention keeps less than all. */
    Floors floors(String generation) {
        return Floors.of(newestRetention().map(Stored::content), generation);
    }

    Stored<Retention> retention(String name, byte[] bytes) {
        Retention retention = decode(name, ObjectKind.RETENTION, Retention.class, bytes);
        agree(name, "seq", retention.getSeq(), ArchiveLayout.sequence(name));
        return stored(name, retention, bytes);
    }

    /** A base's descriptor whose bytes are proven by the topic. */
    BaseDescriptor descriptor(String name, String sha256) {
        return decode(name, ObjectKind.BASE_DESCRIPTOR, BaseDescriptor.class, proven(name, sha256));
    }

    /** An object's bytes, if they are those that were promised. */
    byte[] proven(String name, String sha256) {
        byte[] bytes = objects.get(name, seen -> Hashes.hex(seen).equals(sha256));
        String found = Hashes.hex(bytes);
        if (!found.equals(sha256)) {
            throw new DamagedObjectException(
                    objects.full(name), "its SHA-256 is " + found + ", but who names it says " + sha256);
        }
        return bytes;
    }

    private byte[] whole(String name) {
        return objects.get(name, Envelope::isWhole);
    }

    private <T extends SpecificRecordBase> T decode(String name, ObjectKind kind, Class<T> type, byte[] bytes) {
        return codec.decode(objects.full(name), kind, type, bytes);
    }

    private void agree(String name, String what, Object found, Object expected) {
        if (!found.equals(expected)) {
            throw new DamagedObjectException(
                    objects.full(name), what + " is " + found + ", but its name says " + expected + ": swapped");
        }
    }

    private <T> Stored<T> stored(String name, T content, byte[] bytes) {
        return new Stored<>(objects.full(name), content, Hashes.hex(bytes));
    }
}
