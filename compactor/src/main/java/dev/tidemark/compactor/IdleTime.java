package dev.tidemark.compactor;

import dev.tidemark.archive.ArchiveException;
import dev.tidemark.archive.catalog.GenerationWriter;
import dev.tidemark.schemas.avro.CheckpointManifest;
import dev.tidemark.schemas.avro.TimeProof;
import dev.tidemark.schemas.avro.TopicPosition;

/**
 * Tells the archive that time has passed where nothing was written for a while, so that restores may rely on it. What is
 * due depends on the log and the archive alone. Not thread-safe.
 */
final class IdleTime {
    private static final long UNKNOWN = -1;

    private final GenerationWriter writer;
    private final Patience patience;
    private long proven = UNKNOWN;
    /** Before this time nothing is tried: the archive's last proof could not be read. */
    private long notBefore;

    IdleTime(GenerationWriter writer, Patience patience) {
        this.writer = writer;
        this.patience = patience;
    }

    /**
     * The source committed nothing after the archive's last revision until a time.
     *
     * @param revision the archive's last
     * @param after the topic position after the record that says so
     * @return whether a proof of it was due, and stands there now
     * @throws ArchiveException of kind VERIFICATION if the newest proof in the archive is not what it must be; then nothing
     *     is tried before another one would be due
     */
    boolean passed(long revision, long atMillis, TopicPosition after) {
        long due = atMillis - writer.header().getPolicy().getIdleMillis();
        long captured = writer.head()
                .map(CheckpointManifest::getLastCapturedAtMillis)
                .orElse(writer.header().getOpenedAtMillis());
        if (due < captured || due < notBefore) {
            return false;
        }
        try {
            prove(revision, atMillis, due, after);
            return true;
        } catch (ArchiveException e) {
            notBefore = atMillis;
            throw e;
        }
    }

    private void prove(long revision, long atMillis, long due, TopicPosition after) {
        if (proven == UNKNOWN) {
            proven = patience.until(
                    () -> writer.timeProof().map(TimeProof::getAtMillis).orElse(0L));
        }
        if (due >= proven) {
            proven = patience.until(() -> writer.commitTime(revision, atMillis, after))
                    .getAtMillis();
        }
    }
}
