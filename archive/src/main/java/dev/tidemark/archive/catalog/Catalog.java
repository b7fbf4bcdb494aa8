package dev.tidemark.archive.catalog;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.GenerationRetention;
import dev.tidemark.schemas.avro.GenerationSummary;
import dev.tidemark.schemas.avro.Retention;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is committed of one cluster, as of its opening: seven requests for the newest generation, and one more where retention keeps less than all, however old the archive;
 * former generations are read when they are asked for. Thread-safe.
 */
public final class Catalog {
    private final ObjectReader reader;
    private final Optional<Retention> retention;
    private final Optional<GenerationCatalog> newest;

    private Catalog(ObjectReader reader, Optional<Retention> retention, Optional<GenerationCatalog> newest) {
        this.reader = reader;
        this.retention = retention;
        this.newest = newest;
    }

    static Catalog open(ObjectReader reader) {
        Optional<Stored<Retention>> decision = reader.newestRetention();
        Optional<Retention> retention = decision.map(Stored::content);
        // the header is read after it, so that it knows all generations that there were then
        Optional<GenerationHeader> newest = reader.newestHeader().map(Stored::content);
        newest.ifPresent(header -> decision.ifPresent(found -> requireOwn(found, header)));
        return new Catalog(reader, retention, newest.map(header -> GenerationCatalog.open(reader, header, retention)));
    }

    /** Nothing in a decision says whose it is but the generations in it. */
    private static void requireOwn(Stored<Retention> decision, GenerationHeader newest) {
        Set<String> known = new HashSet<>(Set.of(newest.getGeneration()));
        newest.getPrevious().forEach(summary -> known.add(summary.getGeneration()));
        decision.content().getGenerations().stream()
                .map(GenerationRetention::getGeneration)
                .filter(generation -> !known.contains(generation))
                .findFirst()
                .ifPresent(foreign -> {
                    throw new DamagedObjectException(
                            decision.name(), "is about generation " + foreign + ", which is not here: swapped");
                });
    }

    /** What retention keeps; empty while everything is kept. */
    public Optional<Retention> retention() {
        return retention;
    }

    /** The newest generation; empty if nothing was ever committed. */
    public Optional<GenerationCatalog> newest() {
        return newest;
    }

    /** All generations' headers, newest first: one read each but for the newest. */
    public List<GenerationHeader> generations() {
        List<GenerationHeader> all = new ArrayList<>();
        newest.map(GenerationCatalog::header).ifPresent(head -> {
            all.add(head);
            head.getPrevious().stream()
                    .sorted(Comparator.comparingLong(GenerationSummary::getNumber)
                            .reversed())
                    .map(this::header)
                    .forEach(all::add);
        });
        return List.copyOf(all);
    }

    /** How former generations ended, oldest first: the holes between them. No request. */
    public List<GenerationSummary> ended() {
        return newest.map(generation -> generation.header().getPrevious()).orElse(List.of());
    }

    /** A generation by its id; five requests if it is not the newest. */
    public Optional<GenerationCatalog> generation(String id) {
        if (newest.isPresent() && newest.get().header().getGeneration().equals(id)) {
            return newest;
        }
        return ended().stream()
                .filter(summary -> summary.getGeneration().equals(id))
                .findFirst()
                .map(summary -> GenerationCatalog.open(reader, header(summary), retention));
    }

    private GenerationHeader header(GenerationSummary summary) {
        return reader.header(summary.getNumber(), summary.getHeaderSha256()).content();
    }
}
