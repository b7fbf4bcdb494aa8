package dev.tidemark.restorer.verify.report;

import java.util.List;
import java.util.Optional;

/**
 * What a verification has found.
 *
 * @param level how far it went
 * @param sampling which of the data it read
 * @param objects what it looked at
 * @param findings what is not as it must be
 * @param source the comparison with the source; empty if the level asks for none
 * @param note what an operator should know; may be empty
 * @param millis how long it took
 */
public record VerifyReport(
        VerifyLevel level,
        Sampling sampling,
        ObjectCounts objects,
        List<Finding> findings,
        Optional<SourceProof> source,
        String note,
        long millis) {
    public VerifyReport {
        findings = List.copyOf(findings);
    }

    /** The same with a note. */
    public VerifyReport withNote(String other) {
        return new VerifyReport(level, sampling, objects, findings, source, other, millis);
    }

    /** Whether all that was to be proven is proven. */
    public boolean ok() {
        return objects.checked() == objects.valid()
                && findings.isEmpty()
                && source.map(SourceProof::isProven).orElse(true);
    }
}
