package dev.tidemark.archive.catalog;

import dev.tidemark.schemas.avro.CheckpointManifest;

/** How a commit ended; always settled by reading back what stands under the name. */
public sealed interface CommitResult {
    /** The manifest that stands there. */
    CheckpointManifest manifest();

    /** Our own bytes stand there. */
    record Committed(CheckpointManifest manifest) implements CommitResult {}

    /**
     * Another writer's manifest of the same content stands there, perhaps of an earlier life of ours. It counts as done:
     * whoever gets this drops what is buffered up to {@code manifest.last} and goes on after it. Our data is an orphan.
     */
    record AlreadyThere(CheckpointManifest manifest) implements CommitResult {}

    /** Something else stands there: another writer holds the generation, and this one must stop (exit code 7). */
    record Fenced(CheckpointManifest manifest, String reason) implements CommitResult {}
}
