package dev.tidemark.restorer.info;

import dev.tidemark.archive.DamagedObjectException;
import dev.tidemark.archive.catalog.ClusterArchive;
import dev.tidemark.archive.store.MissingObjectException;
import dev.tidemark.schemas.avro.DrillRun;
import dev.tidemark.schemas.avro.VerifyRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is recorded of the last verification and the last drill; a record that is damaged, or was deleted since it was
 * listed, is mentioned, and no more.
 *
 * @param note what cannot be read; may be empty
 */
record ProofRecords(Optional<VerifyRun> verification, Optional<DrillRun> drill, String note) {
    static ProofRecords of(ClusterArchive archive) {
        List<String> unreadable = new ArrayList<>();
        Optional<VerifyRun> verification = read(() -> archive.runs().newestVerification(), unreadable);
        Optional<DrillRun> drill = read(() -> archive.runs().newestDrill(), unreadable);
        return new ProofRecords(verification, drill, String.join("; ", unreadable));
    }

    private static <T> Optional<T> read(Supplier<Optional<T>> record, List<String> unreadable) {
        try {
            return record.get();
        } catch (DamagedObjectException | MissingObjectException e) {
            unreadable.add("a record of verify or drill cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }
}
