package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.BaseManifest;
import dev.tidemark.schemas.avro.ChainFloor;
import dev.tidemark.schemas.avro.GenerationRetention;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.Retention;
import java.util.List;
import java.util.Optional;

/**
 * What counts of one generation's manifests, as the newest retention has it: of each chain those from a number on, and a
 * few bases before. What does not count is as if it were not there, whether or not it was deleted already. Immutable.
 */
public final class Floors {
    /** More than any sequence number: nothing counts. */
    private static final long NOTHING = Long.MAX_VALUE;

    private final Optional<GenerationRetention> retention;

    private Floors(Optional<GenerationRetention> retention) {
        this.retention = retention;
    }

    /** Those of a generation; everything counts where there is no retention, or it does not name the generation. */
    public static Floors of(Optional<Retention> newest, String generation) {
        return of(newest.map(Retention::getGenerations).orElse(List.of()), generation);
    }

    /** The same by what is to be kept of those that are not whole. */
    public static Floors of(List<GenerationRetention> generations, String generation) {
        return new Floors(generations.stream()
                .filter(one -> one.getGeneration().equals(generation))
                .findFirst());
    }

    /** Whether nothing is left but the kept bases. */
    public boolean isOver() {
        return retention.isPresent() && retention.get().getBaseRevision() == null;
    }

    /** The revision of the base since which every revision is kept; 0 if all bases count. */
    public long baseRevision() {
        return retention.map(GenerationRetention::getBaseRevision).orElse(0L);
    }

    /** The first sequence number that counts of a chain, which is given by what its names begin with. */
    public long first(String chain) {
        if (isOver()) {
            return NOTHING;
        }
        String part = ArchiveLayout.part(chain);
        return retention.stream()
                .flatMap(one -> one.getFloors().stream())
                .filter(floor -> floor.getChain().equals(part))
                .mapToLong(ChainFloor::getSeq)
                .findFirst()
                .orElse(0);
    }

    /** Whether a base counts, other than as a kept one. The bases of snapshots need not be in the order of revisions. */
    public boolean counts(String chain, BaseManifest base) {
        return counts(chain, base.getSeq(), base.getBase().getRevision());
    }

    /** The same of one that is known by its number and revision. */
    public boolean counts(String chain, long seq, long revision) {
        return seq >= first(chain) && revision >= baseRevision();
    }

    /** The bases that are kept before those that count, by revision. */
    public List<KeptBase> kept() {
        return retention.map(GenerationRetention::getKept).orElse(List.of());
    }
}
