package dev.tidemark.archive.retention;

import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.ChainFloor;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.TimeProof;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds where the chains of a generation have to begin if every revision since one of its bases is kept. What is not yet
 * merged into the level above stays: so whoever has still to commit a merge finds what it names, however long it slept.
 */
final class FloorFinder {
    private final GenerationCatalog catalog;
    private final String generation;
    private final long revision;

    /**
     * @param revision that of a base that counts, no newer than the newest synthetic one
     */
    FloorFinder(GenerationCatalog catalog, long revision) {
        this.catalog = catalog;
        this.generation = catalog.header().getGeneration();
        this.revision = revision;
    }

    /** All of them. */
    List<ChainFloor> find() {
        List<ChainFloor> floors = new ArrayList<>();
        add(floors, ArchiveLayout.bases(generation), bases());
        add(floors, ArchiveLayout.syntheticBases(generation), synthetic());
        add(floors, ArchiveLayout.sideManifests(generation), side());
        add(floors, ArchiveLayout.timeProofs(generation), time());
        for (int level = 0; level <= catalog.levels(); level++) {
            add(floors, ArchiveLayout.checkpoints(generation, level), level(level));
        }
        return floors;
    }

    /** Never lower than it was. */
    private void add(List<ChainFloor> floors, String chain, OptionalLong found) {
        long seq = Math.max(catalog.floors().first(chain), found.orElse(0));
        if (seq > 0) {
            floors.add(new ChainFloor(ArchiveLayout.part(chain), seq));
        }
    }

    /**
     * They need not be in the order of revisions. Where none is new enough the newest goes on counting by its number,
     * though not by its revision: every reader begins with it, so it has to be looked after. So do those whose side state
     * the next synthetic base may name.
     */
    private OptionalLong bases() {
        List<ManifestRow> rows = catalog.baseRows();
        long wanted = Math.min(revision, sideInUse());
        OptionalLong first = rows.stream()
                .filter(row -> row.getLast() >= wanted)
                .mapToLong(ManifestRow::getSeq)
                .min();
        return first.isPresent()
                ? first
                : rows.stream().mapToLong(ManifestRow::getSeq).max();
    }

    private OptionalLong synthetic() {
        return catalog.syntheticRows().stream()
                .filter(row -> row.getLast() >= revision)
                .mapToLong(ManifestRow::getSeq)
                .min();
    }

    /**
     * The revision of the newest synthetic base's side state. Whoever makes the next one, however long it slept, has taken
     * that one or a later one: of all that were told of until then the latest, though perhaps not the latest of now.
     */
    private long sideInUse() {
        return catalog.syntheticHead()
                .flatMap(head -> catalog.synthetic(head.getLast()))
                .map(head -> head.getSynthesis().getSide().getRevision())
                .orElse(0L);
    }

    private OptionalLong side() {
        return catalog.side(Math.min(revision, sideInUse()))
                .map(side -> OptionalLong.of(side.getSeq()))
                .orElse(OptionalLong.empty());
    }

    /** Nobody reads any but the newest. */
    private OptionalLong time() {
        return catalog.timeProof().map(TimeProof::getSeq).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private OptionalLong level(int level) {
        Optional<CheckpointManifest> head = catalog.head(level);
        if (head.isEmpty()) {
            return OptionalLong.empty();
        }
        long wanted = firstWanted(level).orElse(head.get().getSeq());
        long unmerged = level == catalog.levels() ? wanted : firstUnmerged(level, wanted);
        return OptionalLong.of(Math.min(head.get().getSeq(), Math.min(wanted, unmerged)));
    }

    /** Merged checkpoints are read as a whole or not at all. */
    private OptionalLong firstWanted(int level) {
        return rowOf(level, revision + 1)
                .map(row -> OptionalLong.of(level > 0 && row.getFirst() <= revision ? row.getSeq() + 1 : row.getSeq()))
                .orElse(OptionalLong.empty());
    }

    /** Where the level above has nothing, nothing is merged; where it had something, nothing is known. */
    private long firstUnmerged(int level, long wanted) {
        Optional<CheckpointManifest> above = catalog.head(level + 1);
        if (above.isEmpty()) {
            return 0;
        }
        return rowOf(level, above.get().getLast() + 1).map(ManifestRow::getSeq).orElse(wanted);
    }

    private Optional<ManifestRow> rowOf(int level, long at) {
        return catalog.rows(level, new RevisionRange(at, at)).stream().findFirst();
    }
}
