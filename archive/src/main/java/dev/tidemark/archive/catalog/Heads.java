package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.TimeProof;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The newest manifests of a generation's chains, each as of the first time that it was asked for; those of the snapshots'
 * bases and of level 0 as of the opening. Thread-safe.
 */
final class Heads {
    private final ObjectReader reader;
    private final String generation;
    private final Floors floors;
    private final Optional<Stored<BaseManifest>> base;
    private final Map<Integer, Optional<Stored<CheckpointManifest>>> levels = new HashMap<>();
    /** Null until it is asked for. */
    private Optional<Stored<BaseManifest>> synthetic;
    /** Null until it is asked for. */
    private Optional<Stored<TimeProof>> time;

    private Heads(ObjectReader reader, String generation, Floors floors, Optional<Stored<BaseManifest>> base) {
        this.reader = reader;
        this.generation = generation;
        this.floors = floors;
        this.base = base;
    }

    /** At most four requests. */
    static Heads read(ObjectReader reader, String generation, Floors floors) {
        if (floors.isOver()) {
            // what is damaged there is in nobody's way
            return new Heads(reader, generation, floors, Optional.empty());
        }
        Heads heads = new Heads(reader, generation, floors, reader.newestBase(generation));
        heads.level(0);
        return heads;
    }

    /** What counts of the chains. */
    Floors floors() {
        return floors;
    }

    /** Of the bases that came with snapshots, whether or not it counts. */
    Optional<Stored<BaseManifest>> base() {
        return base;
    }

    /** Of a level. */
    synchronized Optional<Stored<CheckpointManifest>> level(int level) {
        if (floors.isOver()) {
            return Optional.empty();
        }
        return levels.computeIfAbsent(level, unknown -> reader.newestCheckpoint(generation, unknown)
                .filter(head -> counts(
                        ArchiveLayout.checkpoints(generation, unknown),
                        head.content().getSeq())));
    }

    /** Of the synthetic bases. */
    synchronized Optional<Stored<BaseManifest>> synthetic() {
        if (floors.isOver()) {
            return Optional.empty();
        }
        if (synthetic == null) {
            synthetic = reader.newestSynthetic(generation)
                    .filter(head -> floors.counts(ArchiveLayout.syntheticBases(generation), head.content()));
        }
        return synthetic;
    }

    /** Of the proofs of time. */
    synchronized Optional<Stored<TimeProof>> time() {
        if (floors.isOver()) {
            return Optional.empty();
        }
        if (time == null) {
            time = reader.newestTime(generation)
                    .filter(head -> counts(
                            ArchiveLayout.timeProofs(generation), head.content().getSeq()));
        }
        return time;
    }

    private boolean counts(String chain, long seq) {
        return seq >= floors.first(chain);
    }
}
