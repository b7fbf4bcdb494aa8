package dev.tidemark.restorer.verify;

import dev.tidemark.restorer.verify.report.VerifyLevel;

/**
 * What is to be proven.
 *
 * @param level how far up the ladder
 * @param sampleParts into how many parts the data are dealt of which this run reads one; 1 to read all
 */
public record VerifyRequest(VerifyLevel level, int sampleParts) {
    public VerifyRequest {
        if (sampleParts < 1 || (sampleParts > 1 && level != VerifyLevel.BYTES)) {
            throw new IllegalArgumentException("a sample of 1/" + sampleParts + " at level " + level);
        }
    }
}
