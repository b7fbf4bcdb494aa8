package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.GenerationHeader;
import dev.tidemark.schemas.avro.GenerationSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is committed of one cluster, as of its opening: six requests for the newest generation, however old the archive;
 * former generations are read when they are asked for. Thread-safe.
 */
public final class Catalog {
    private final ObjectReader reader;
    private final Optional<GenerationCatalog> newest;

    private Catalog(ObjectReader reader, Optional<GenerationCatalog> newest) {
        this.reader = reader;
        this.newest = newest;
    }

    static Catalog open(ObjectReader reader) {
        return new Catalog(
                reader, reader.newestHeader().map(header -> GenerationCatalog.open(reader, header.content())));
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
                .map(summary -> GenerationCatalog.open(reader, header(summary)));
    }

    private GenerationHeader header(GenerationSummary summary) {
        return reader.header(summary.getNumber(), summary.getHeaderSha256()).content();
    }
}
