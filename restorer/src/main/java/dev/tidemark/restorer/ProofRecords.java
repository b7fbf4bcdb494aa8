package dev.tidemark.restorer;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.VerifyRun;
import java.util.Optional;

/**
 * What is recorded of the last verification and the last drill; a record that is damaged is mentioned, and no more.
 *
 * @param note what is damaged; may be empty
 */
record ProofRecords(Optional<VerifyRun> verification, Optional<DrillRun> drill, String note) {
    static ProofRecords of(ClusterArchive archive) {
        Optional<VerifyRun> verification = Optional.empty();
        Optional<DrillRun> drill = Optional.empty();
        try {
            verification = archive.runs().newestVerification();
            drill = archive.runs().newestDrill();
            return new ProofRecords(verification, drill, "");
        } catch (DamagedObjectException e) {
            return new ProofRecords(verification, drill, "a record of verify or drill is damaged: " + e.getMessage());
        }
    }
}
