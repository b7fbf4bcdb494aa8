package dev.tidemark.restorer.verify.report;

import java.util.OptionalLong;

/**
 * How the archive compares with its source.
 *
 * @param endpoint the member that was asked; empty if none was
 * @param generation the generation that was compared
 * @param revision the compared revision; 0 if none was
 * @param compactRevision the source's compaction revision as it answered; -1 if it was never compacted
 * @param hash what was computed from the archive; empty if nothing was
 * @param sourceHash what the source answered; empty if it was not asked for a hash
 * @param records how many records were compared one by one
 * @param obstacle why nothing is proven, one sentence; empty if it is, or if the two differ
 */
public record SourceProof(
        String endpoint,
        String generation,
        long revision,
        long compactRevision,
        OptionalLong hash,
        OptionalLong sourceHash,
        long records,
        String obstacle) {
    /** Whether the comparison took place. Whether the two are equal say the findings. */
    public boolean isProven() {
        return obstacle.isEmpty();
    }
}
