package dev.tidemark.restorer.plan;

import dev.tidemark.schemas.avro.BaseManifest;

/**
 * The base that a restore starts from.
 *
 * @param manifest the base
 * @param point at which of its two revisions it is taken
 */
public record BaseUse(BaseManifest manifest, Point point) {
    /** The two revisions at which a base knows the whole state. */
    public enum Point {
        /** C: its own raw history follows. */
        COMPACTION,
        /** R: the checkpoints follow. */
        SNAPSHOT
    }

    /** The revision at which it is taken. */
    public long revision() {
        return switch (point) {
            case COMPACTION -> manifest.getBase().getCompactRevision();
            case SNAPSHOT -> manifest.getBase().getRevision();
        };
    }
}
