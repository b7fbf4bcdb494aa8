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
    private final Optional<Stored<BaseManifest>> base;
    private final Map<Integer, Optional<Stored<CheckpointManifest>>> levels = new HashMap<>();
    /** Null until it is asked for. */
    private Optional<Stored<BaseManifest>> synthetic;
    /** Null until it is asked for. */
    private Optional<Stored<TimeProof>> time;

    private Heads(ObjectReader reader, String generation, Optional<Stored<BaseManifest>> base) {
        this.reader = reader;
        this.generation = generation;
        this.base = base;
    }

    /** At most four requests. */
    static Heads read(ObjectReader reader, String generation) {
        Heads heads = new Heads(reader, generation, reader.newestBase(generation));
        heads.level(0);
        return heads;
    }

    /** Of the bases that came with snapshots. */
    Optional<Stored<BaseManifest>> base() {
        return base;
    }

    /** Of a level. */
    synchronized Optional<Stored<CheckpointManifest>> level(int level) {
        return levels.computeIfAbsent(level, unknown -> reader.newestCheckpoint(generation, unknown));
    }

    /** Of the synthetic bases. */
    synchronized Optional<Stored<BaseManifest>> synthetic() {
        if (synthetic == null) {
            synthetic = reader.newestSynthetic(generation);
        }
        return synthetic;
    }

    /** Of the proofs of time. */
    synchronized Optional<Stored<TimeProof>> time() {
        if (time == null) {
            time = reader.newestTime(generation);
        }
        return time;
    }
}
