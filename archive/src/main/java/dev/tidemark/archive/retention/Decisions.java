package dev.tidemark.archive.retention;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.ArchiveLayout;
import dev.tidemark.archive.catalog.Catalog;
import dev.tidemark.archive.catalog.GenerationCatalog;
import dev.tidemark.archive.catalog.RetentionChain.Decision;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.ChainFloor;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.GenerationRetention;
import dev.tidemark.schemas.avro.GenerationSummary;
import dev.tidemark.schemas.avro.KeptBase;
import dev.tidemark.schemas.avro.ManifestRow;
import dev.tidemark.schemas.avro.TimeProof;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Works out what is to be kept: from the policy, from what is committed, and from what was decided before. */
final class Decisions {
    private final RetentionPolicy policy;
    private final List<GenerationCatalog> generations;
    private final long asOfMillis;
    private final KeptPoints points;

    private Decisions(RetentionPolicy policy, List<GenerationCatalog> generations, long asOfMillis) {
        this.policy = policy;
        this.generations = generations;
        this.asOfMillis = asOfMillis;
        this.points = new KeptPoints(policy, asOfMillis);
    }

    /** All generations, newest first. */
    static List<GenerationCatalog> generations(Catalog catalog) {
        List<GenerationCatalog> all = new ArrayList<>();
        catalog.newest().ifPresent(all::add);
        List<GenerationSummary> ended = new ArrayList<>(catalog.ended());
        Collections.reverse(ended);
        ended.stream()
                .flatMap(summary -> catalog.generation(summary.getGeneration()).stream())
                .forEach(all::add);
        return all;
    }

    /**
     * What is to be kept; empty if nothing can be restored yet.
     *
     * @param generations newest first
     * @param nowMillis no later time is believed, whatever the archive says
     */
    static Optional<Decision> make(RetentionPolicy policy, List<GenerationCatalog> generations, long nowMillis) {
        OptionalLong reached = generations.stream()
                .filter(GenerationCatalog::hasBase)
                .limit(1)
                .mapToLong(Decisions::reach)
                .findFirst();
        if (reached.isEmpty()) {
            return Optional.empty();
        }
        Decisions decisions = new Decisions(policy, generations, Math.min(nowMillis, reached.getAsLong()));
        return Optional.of(
                new Decision(decisions.asOfMillis, policy.pitr(), policy.hourly(), policy.daily(), decisions.all()));
    }

    /** The time up to which a generation is known. */
    private static long reach(GenerationCatalog generation) {
        Optional<CheckpointManifest> head = generation.head(0);
        Optional<TimeProof> proof = generation.timeProof();
        return LongStream.of(
                        head.map(CheckpointManifest::getLastCapturedAtMillis).orElse(0L),
                        proof.map(TimeProof::getAtMillis).orElse(0L),
                        Stream.concat(generation.baseRows().stream(), generation.syntheticHead().stream())
                                .mapToLong(ManifestRow::getLastCapturedAtMillis)
                                .max()
                                .orElse(0))
                .max()
                .orElse(0);
    }

    private List<GenerationRetention> all() {
        List<GenerationRetention> retained = new ArrayList<>();
        boolean restorable = false;
        for (int i = 0; i < generations.size(); i++) {
            GenerationCatalog generation = generations.get(i);
            long until = i == 0 ? asOfMillis : generations.get(i - 1).header().getOpenedAtMillis();
            one(generation, restorable && reach(generation) < windowStart(), until)
                    .ifPresent(retained::add);
            restorable |= generation.hasBase();
        }
        Collections.reverse(retained);
        return retained;
    }

    private long windowStart() {
        return asOfMillis - policy.pitr().toMillis();
    }

    /**
     * What is kept of a generation; empty if all of it is.
     *
     * @param over whether it lies before the time in which every revision is kept
     * @param untilMillis when the next one begins
     */
    private Optional<GenerationRetention> one(GenerationCatalog generation, boolean over, long untilMillis) {
        List<KeptBase> bases = bases(generation);
        String id = generation.header().getGeneration();
        if (over || generation.floors().isOver()) {
            List<KeptBase> known = new ArrayList<>(generation.floors().kept());
            known.addAll(bases);
            return Optional.of(new GenerationRetention(id, null, List.of(), points.of(known, untilMillis)));
        }
        Optional<KeptBase> first = first(generation, bases);
        if (first.isEmpty()) {
            requireNothingDecided(generation);
            return Optional.empty();
        }
        List<KeptBase> known = new ArrayList<>(generation.floors().kept());
        bases.stream().filter(base -> base.getLast() < first.get().getLast()).forEach(known::add);
        List<ChainFloor> floors = new FloorFinder(generation, first.get().getLast()).find();
        return Optional.of(new GenerationRetention(
                id, first.get().getLast(), floors, points.of(known, first.get().getCapturedAtMillis())));
    }

    /** What was decided is never taken back: an answer without that base is a wrong answer. */
    private static void requireNothingDecided(GenerationCatalog generation) {
        if (generation.floors().baseRevision() > 0) {
            throw new ArchiveException(
                    Failure.VERIFICATION,
                    "generation " + generation.header().getGeneration() + " has no base at revision "
                            + generation.floors().baseRevision() + ", since which every revision is to be kept",
                    "nothing is given up while that is so; tidemark verify says what is missing");
        }
    }

    /** The base since which every revision is kept: the newest one before that time, but none that merges still need. */
    private Optional<KeptBase> first(GenerationCatalog generation, List<KeptBase> bases) {
        long needed = generation.syntheticHead().map(ManifestRow::getLast).orElse(0L);
        long former = generation.floors().baseRevision();
        return bases.stream()
                .filter(base -> base.getLast() == former
                        || (base.getLast() <= needed && base.getCapturedAtMillis() <= windowStart()))
                .max(Comparator.comparingLong(KeptBase::getLast));
    }

    /** The bases of both kinds that count, by revision. */
    private static List<KeptBase> bases(GenerationCatalog generation) {
        String id = generation.header().getGeneration();
        return Stream.concat(
                        generation.baseRows().stream().map(row -> kept(ArchiveLayout.bases(id), row)),
                        generation.syntheticRows().stream().map(row -> kept(ArchiveLayout.syntheticBases(id), row)))
                .sorted(Comparator.comparingLong(KeptBase::getLast).thenComparingLong(KeptBase::getFirst))
                .toList();
    }

    private static KeptBase kept(String chain, ManifestRow row) {
        return new KeptBase(
                ArchiveLayout.part(chain),
                row.getSeq(),
                row.getFirst(),
                row.getLast(),
                row.getLastCapturedAtMillis(),
                row.getBytes(),
                row.getSha256());
    }
}
