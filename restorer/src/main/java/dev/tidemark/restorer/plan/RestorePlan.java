package dev.tidemark.restorer.plan;

import dev.tidemark.restorer.history.Moment;
import dev.tidemark.schemas.RevisionRange;
import dev.tidemark.schemas.avro.CheckpointManifest;
import java.util.List;
import java.util.Optional;

/**
 * What a restore will read, worked out before anything is read.
 *
 * @param moment the revision that it means, its generation and its bounds in time
 * @param doubt why a time is not sure to name that revision
 * @param base where it starts
 * @param checkpoints the checkpoints that are wanted whole, oldest first
 * @param segment the checkpoint in whose middle the revision lies
 * @param tail the revisions that are taken from the topic
 * @param newestKnown the newest revision that any generation of the cluster is known to have reached
 * @param objects how many objects of the archive are read
 * @param bytes how many bytes they have
 * @param note what an operator should know about what was asked and what was not; may be empty
 */
public record RestorePlan(
        Moment moment,
        Optional<Doubt> doubt,
        BaseUse base,
        List<CheckpointManifest> checkpoints,
        Optional<CheckpointManifest> segment,
        Optional<RevisionRange> tail,
        long newestKnown,
        int objects,
        long bytes,
        String note) {
    public RestorePlan {
        checkpoints = List.copyOf(checkpoints);
    }

    /** The same with something more that an operator should know. */
    public RestorePlan noting(String more) {
        return new RestorePlan(
                moment,
                doubt,
                base,
                checkpoints,
                segment,
                tail,
                newestKnown,
                objects,
                bytes,
                note.isEmpty() ? more : note + "; " + more);
    }

    /** The revision that will be restored. */
    public long revision() {
        return moment.revision();
    }

    /** The generation that it belongs to. */
    public String generation() {
        return moment.generation();
    }
}
