package dev.tidemark.schemas.topic;

/**
 * How a generation ended, and what is missing after it.
 *
 * @param generation the ended generation's id
 * @param lastRevision the last revision that was captured in it
 * @param cause the kind of event
 * @param detail one sentence for an operator
 * @param holeFirst the first revision that nobody has, inclusive; 0 if none is missing or it cannot be known
 * @param holeLast the last revision that nobody has, inclusive; 0 if none is missing or it cannot be known
 */
public record GenerationEnd(
        String generation, long lastRevision, Cause cause, String detail, long holeFirst, long holeLast) {
    /** The kinds of events that end a generation. */
    public enum Cause {
        /** The source compacted away what had not been captured yet. */
        COMPACTED,
        /** The source was restored, rolled back or replaced: its history is another one. */
        SOURCE_REPLACED,
        /** The topic was truncated or recreated, and the source cannot fill what was lost. */
        TOPIC_LOST,
        /** The source delivered revisions with a gap or out of order. */
        DISORDER
    }
}
