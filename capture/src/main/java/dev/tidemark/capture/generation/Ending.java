package dev.tidemark.capture.generation;

import dev.tidemark.schemas.topic.GenerationEnd;

/**
 * Why a generation is over. What is missing after it is exactly known only when the next one's base is there.
 *
 * @param generation its id
 * @param last the last revision that was captured in it
 * @param cause the kind of event
 * @param detail one sentence for an operator
 */
record Ending(String generation, long last, GenerationEnd.Cause cause, String detail) {
    /**
     * The end, once it is known from where the next generation's revisions can be restored.
     *
     * @param compactRevision the next base's compaction revision, at least 1
     */
    GenerationEnd before(long compactRevision) {
        // Another history has other revisions under the same numbers: what is missing of the old one nobody knows.
        boolean known = cause != GenerationEnd.Cause.SOURCE_REPLACED && last + 1 < compactRevision;
        return new GenerationEnd(
                generation, last, cause, detail, known ? last + 1 : 0, known ? compactRevision - 1 : 0);
    }
}
