package dev.tidemark.restorer.verify;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Catalog;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.catalog.Floors;
import dev.tidemark.archive.catalog.Manifests;
import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.ObjectRef;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;

/** The manifests that count, and the data that they name: what has to be whole. */
final class CountingObjects {
    private final ClusterArchive archive;
    private final Manifests manifests;
    private final Set<String> names = new HashSet<>();

    private CountingObjects(ClusterArchive archive) {
        this.archive = archive;
        this.manifests = archive.manifests();
    }

    /** Their whole names. */
    static Set<String> of(ClusterArchive archive) {
        CountingObjects counting = new CountingObjects(archive);
        Catalog catalog = archive.catalog();
        for (GenerationHeader header : catalog.generations()) {
            counting.generation(header.getGeneration(), Floors.of(catalog.retention(), header.getGeneration()));
        }
        return counting.names;
    }

    /** Reads a manifest of a chain. */
    private interface Reader {
        SpecificRecordBase read(String name, byte[] bytes);
    }

    private void generation(String generation, Floors floors) {
        chain(floors, ArchiveLayout.bases(generation), (name, bytes) -> manifests
                .base(generation, name, bytes)
                .content());
        chain(floors, ArchiveLayout.syntheticBases(generation), (name, bytes) -> manifests
                .synthetic(generation, name, bytes)
                .content());
        chain(floors, ArchiveLayout.sideManifests(generation), (name, bytes) -> manifests
                .side(generation, name, bytes)
                .content());
        chain(floors, ArchiveLayout.timeProofs(generation), (name, bytes) -> new ObjectRef("", 0L, ""));
        for (int level = 0; level < 4; level++) {
            int of = level;
            chain(floors, ArchiveLayout.checkpoints(generation, level), (name, bytes) -> manifests
                    .checkpoint(generation, of, name, bytes)
                    .content());
        }
        for (KeptBase kept : floors.kept()) {
            String name = ArchiveLayout.link(ArchiveLayout.chain(generation, kept.getChain()), kept.getSeq());
            add(name, manifests.kept(generation, kept, manifests.get(name)).content());
        }
    }

    private void chain(Floors floors, String chain, Reader reader) {
        for (String name : manifests.list(chain, "", 1_000)) {
            if (ArchiveLayout.sequence(name) >= floors.first(chain)) {
                SpecificRecordBase manifest = reader.read(name, manifests.get(name));
                if (!(manifest instanceof BaseManifest base)
                        || base.getSynthesis() != null
                        || floors.counts(chain, base)) {
                    add(name, manifest);
                }
            }
        }
    }

    private void add(String name, SpecificRecordBase manifest) {
        names.add(archive.root() + name);
        walk(manifest);
        if (manifest instanceof BaseManifest base && base.getSynthesis() == null) {
            names.add(archive.root()
                    + ArchiveLayout.descriptorBeside(base.getBase().getSide().getName()));
        }
    }

    private void walk(Object value) {
        if (value instanceof ObjectRef object) {
            names.add(archive.root() + object.getName());
        } else if (value instanceof SpecificRecordBase record) {
            record.getSchema().getFields().forEach(field -> walk(record.get(field.pos())));
        } else if (value instanceof Collection<?> values) {
            values.forEach(this::walk);
        }
    }
}
