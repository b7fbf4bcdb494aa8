package dev.tidemark.restorer.info;

import dev.tidemark.archive.catalog.ChainSize;
import dev.tidemark.restorer.history.ArchiveChapter;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.Retention;
import dev.tidemark.schemas.avro.VerifyRun;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * How it stands with an archive, as far as its manifests tell: no data is read for it.
 *
 * @param readAtMillis when it was read, milliseconds since the epoch
 * @param generations newest first
 * @param retention what is promised to be kept; empty while everything is
 * @param verification the last recorded verification
 * @param drill the last recorded drill
 */
public record ArchiveFacts(
        long readAtMillis,
        List<Generation> generations,
        Optional<Retention> retention,
        Optional<VerifyRun> verification,
        Optional<DrillRun> drill) {
    /**
     * One generation.
     *
     * @param openedAtMillis when capture opened it
     * @param untilMillis up to when it can be restored from the archive, milliseconds since the epoch; empty if nothing of it can
     * @param everySinceMillis since when every revision of it can be; empty if only kept moments can
     * @param sizes how large its chains are: base, synthetic, and the levels' numbers
     */
    public record Generation(
            long openedAtMillis,
            OptionalLong untilMillis,
            OptionalLong everySinceMillis,
            Map<String, ChainSize> sizes) {
        static Generation of(ArchiveChapter chapter) {
            return new Generation(
                    chapter.openedAtMillis(),
                    chapter.archivedMillis(),
                    chapter.window().stream()
                            .mapToLong(range -> chapter.moment(range.first()).notAfterMillis())
                            .findFirst(),
                    chapter.sizes());
        }
    }

    public ArchiveFacts {
        generations = List.copyOf(generations);
    }

    /** Up to when the archive can be restored; empty if nothing of it can. */
    public OptionalLong untilMillis() {
        return generations.stream()
                .flatMapToLong(generation -> generation.untilMillis.stream())
                .max();
    }

    /** Since when nothing newer can be restored; empty if nothing was ever captured. */
    public OptionalLong behindSinceMillis() {
        OptionalLong until = untilMillis();
        return until.isPresent()
                ? until
                : generations.stream().mapToLong(Generation::openedAtMillis).min();
    }

    /** Since when every revision can be restored, but for the holes between generations; empty if none can. */
    public OptionalLong everySinceMillis() {
        return generations.stream()
                .flatMapToLong(generation -> generation.everySinceMillis.stream())
                .min();
    }

    /** How large the chains of all generations are together: base, synthetic, and the levels' numbers. */
    public Map<String, ChainSize> sizes() {
        Map<String, ChainSize> all = new TreeMap<>();
        generations.forEach(generation -> generation.sizes.forEach((chain, size) -> all.merge(
                chain,
                size,
                (one, other) -> new ChainSize(one.manifests() + other.manifests(), one.bytes() + other.bytes()))));
        return all;
    }
}
