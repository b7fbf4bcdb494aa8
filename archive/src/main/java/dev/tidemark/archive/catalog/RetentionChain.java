package dev.tidemark.archive.catalog;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.schemas.Failure;
import dev.tidemark.schemas.avro.GenerationRetention;
import dev.tidemark.schemas.avro.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What was decided about retention, one after the other; the newest counts for every reader. Any number of writers may
 * try: each decision names the one that it was made after. Thread-safe.
 */
public final class RetentionChain {
    private final ObjectReader reader;
    private final Settlement settlement;
    private final SchemaObjects schemas;

    RetentionChain(ObjectReader reader, Settlement settlement, SchemaObjects schemas) {
        this.reader = reader;
        this.settlement = settlement;
        this.schemas = schemas;
    }

    /**
     * What is to be decided.
     *
     * @param asOfMillis the time up to which the archive is known to reach
     * @param pitr how long every revision is kept
     * @param hourly how long the state of every full hour is kept
     * @param daily how long the state of every full day is kept
     * @param generations what is kept of generations that are not whole, oldest first
     */
    public record Decision(
            long asOfMillis, Duration pitr, Duration hourly, Duration daily, List<GenerationRetention> generations) {
        public Decision {
            generations = List.copyOf(generations);
        }
    }

    /** The newest one; empty while everything is kept. */
    public Optional<Retention> newest() {
        return reader.newestRetention().map(Stored::content);
    }

    /**
     * Commits a decision that was made in knowledge of the newest one.
     *
     * @param after the number of that one; empty if there was none
     * @return what counts now; empty if another decision came first, after which this one has to be made anew
     */
    public Optional<Retention> commit(Decision decision, Optional<Long> after) {
        Optional<Stored<Retention>> newest = reader.newestRetention();
        if (!newest.map(known -> known.content().getSeq()).equals(after)) {
            return Optional.empty();
        }
        newest.ifPresent(known -> requireNoneTakenBack(known.content(), decision.generations));
        schemas.writeRetention();
        Retention own = new Retention(
                ObjectCodec.FORMAT_VERSION,
                after.map(seq -> seq + 1).orElse(0L),
                newest.map(Stored::sha256).orElse(""),
                decision.asOfMillis,
                decision.pitr.toMillis(),
                decision.hourly.toMillis(),
                decision.daily.toMillis(),
                decision.generations);
        String name = ArchiveLayout.link(ArchiveLayout.retentions(), own.getSeq());
        byte[] found = settlement.createAndRead(name, ObjectCodec.encode(ObjectKind.RETENTION, own));
        // who slept since the look above may have made again what was dropped meanwhile
        return Optional.of(reader.retention(name, found).content())
                .filter(own::equals)
                .filter(standing -> reader.newestRetention()
                        .filter(last -> last.content().getSeq() == own.getSeq())
                        .isPresent());
    }

    /** What was given up once may be gone: it must never count again. */
    private static void requireNoneTakenBack(Retention standing, List<GenerationRetention> next) {
        for (GenerationRetention former : standing.getGenerations()) {
            Floors was = Floors.of(standing.getGenerations(), former.getGeneration());
            Floors is = Floors.of(next, former.getGeneration());
            boolean lower = former.getFloors().stream()
                    .map(floor -> ArchiveLayout.chain(former.getGeneration(), floor.getChain()))
                    .anyMatch(chain -> is.first(chain) < was.first(chain));
            if (!is.isOver() && (was.isOver() || is.baseRevision() < was.baseRevision() || lower)) {
                throw new ArchiveException(
                        Failure.VERIFICATION,
                        "retention " + (standing.getSeq() + 1) + " would take back what was given up of generation "
                                + former.getGeneration(),
                        "the archive did not answer as it did before; tidemark verify says what is missing");
            }
        }
    }
}
